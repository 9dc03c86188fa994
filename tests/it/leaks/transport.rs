//! Connections that are refused, cut, led away or not to be trusted.

use std::net::TcpListener;
use std::sync::Arc;

use super::recorder::{Asked, Recorder, good, http};
use super::scenario::{Scenario, Sent, play, received};
use super::sentinels::TOKEN;
use super::stage::{Noise, Stage};

/// The first half of a good answer.
fn cut(asked: &Asked) -> Vec<u8> {
    let answer = good(asked);
    answer[..answer.len() - 30].to_vec()
}

#[test]
fn nothing_shows_where_an_answer_is_cut() {
    play(&[
        Scenario::push("push, nothing", &["--yes"])
            .answers(|asked| if asked.is_push() { Vec::new() } else { good(asked) })
            .ends(5, "cut"),
        Scenario::push("push, half", &["--yes"])
            .answers(|asked| if asked.is_push() { cut(asked) } else { good(asked) })
            .ends(5, "cut"),
    ]);
}

#[test]
fn no_value_is_sent_where_the_list_is_cut() {
    // Cut reads are tried again, and take a while.
    let push = |name: &'static str| Scenario::push(name, &["--yes"]).sent(Sent::Reads);
    play(&[push("list, half").answers(cut).ends(1, "cut")]);
}

#[test]
fn a_refused_connection_is_told() {
    let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    let url = format!("http://{address}");
    let target = ["--yes", "--url", &url, "--org", "dev"];
    play(&[
        Scenario::push("push", &target).sent(Sent::Nothing).ends(1, "nothing listens there"),
        Scenario::new("list", &[&["secrets", "list"], &target[1..]].concat()).ends(1, "nothing listens there"),
    ]);
}

#[test]
fn nothing_goes_where_a_redirect_leads() {
    let elsewhere = Arc::new(Recorder::start(Arc::new(good)));
    let redirect = |elsewhere: &Recorder| {
        let head = format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: {}/{TOKEN}\r\n", elsewhere.url());
        format!("{head}content-length: 0\r\nconnection: close\r\n\r\n").into_bytes()
    };
    let (list, push) = (redirect(&elsewhere), redirect(&elsewhere));
    play(&[
        Scenario::push("list", &["--yes"]).answers(move |_| list.clone()).sent(Sent::Reads).ends(3, "redirect"),
        Scenario::push("push", &["--yes"])
            .answers(move |asked| if asked.is_push() { push.clone() } else { good(asked) })
            .ends(3, "redirect"),
    ]);
    assert_eq!(elsewhere.received(), b"", "nothing goes to another origin");
}

#[test]
fn nothing_is_said_to_a_server_that_is_not_trusted() {
    for noise in [Noise::Quiet, Noise::Loud] {
        let (recorder, _) = Recorder::start_tls(Arc::new(good));
        let url = recorder.url();
        let stage = Stage::new(noise);
        let ended = stage.run("TLS", &["secrets", "push", "--yes", "--url", &url, "--org", "dev"], None);
        assert_eq!(ended.code, Some(1), "{}", ended.text);
        assert!(ended.text.contains("not to be trusted"), "{}", ended.text);
        received(&recorder.received(), Sent::Nothing).expect("nothing is received");
    }
}

#[test]
fn the_keys_of_a_trusted_connection_are_written_nowhere() {
    for noise in [Noise::Quiet, Noise::Loud] {
        let (recorder, certificate) = Recorder::start_tls(Arc::new(good));
        let url = recorder.url();
        let mut stage = Stage::new(noise);
        stage.env.write("trusted.pem", certificate);
        let file = stage.env.project().join("trusted.pem").display().to_string();
        let keys = stage.env.home().join("tls-keys.log");
        stage.env.env("SSL_CERT_FILE", file).env("SSLKEYLOGFILE", keys.display().to_string());
        let ended = stage.run("TLS", &["secrets", "push", "--yes", "--url", &url, "--org", "dev"], None);
        assert_eq!(ended.code, Some(0), "{}", ended.text);
        received(&recorder.received(), Sent::Value).expect("the value arrived");
        assert!(!keys.exists());
    }
}

#[test]
fn an_authority_of_the_command_line_is_trusted_and_one_that_is_none_is_refused() {
    let (recorder, certificate) = Recorder::start_tls(Arc::new(good));
    let url = recorder.url();
    let stage = Stage::new(Noise::Quiet);
    stage.env.write("trusted.pem", certificate).write("empty.pem", "no certificate");
    let push = |file: &'static str| {
        let words = ["secrets", "push", "--yes", "--url", &url, "--org", "dev", "--ca-file", file];
        stage.run("TLS", &words, None)
    };
    for (file, word) in [("missing.pem", "no such file"), ("empty.pem", "no certificate in PEM form")] {
        let ended = push(file);
        assert_eq!(ended.code, Some(2), "{}", ended.text);
        assert!(crate::support::terminal::flat(&ended.text).contains(word), "{}", ended.text);
        received(&recorder.received(), Sent::Nothing).expect("nothing is received");
    }
    let ended = push("trusted.pem");
    assert_eq!(ended.code, Some(0), "{}", ended.text);
    received(&recorder.received(), Sent::Value).expect("the value arrived");
}

#[test]
fn a_page_with_the_token_in_its_head_is_not_quoted() {
    play(&[Scenario::push("page", &["--yes"])
        .answers(|asked| http("407 Proxy", "text/html", &asked.head))
        .sent(Sent::Reads)
        .ends(3, "an HTML page")]);
}

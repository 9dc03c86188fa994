//! Each mistake about where a command goes is refused before a token leaves the machine.

use serde_json::json;

use crate::support::env::TestEnv;
use crate::support::listener::{Listener, Reply};

const STORED: &str = "STORED-TOKEN-SENTINEL";
const GIVEN: &str = "GIVEN-TOKEN-SENTINEL";

/// Arguments, variables, the exit code and a word of what is said.
type Mistake<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], i32, &'a str);

struct Setup {
    env: TestEnv,
    /// The server of the context `mine`, to which the stored token belongs.
    own: Listener,
    /// Somebody else's.
    other: Listener,
}

impl Setup {
    fn new() -> Self {
        let other = Listener::start(vec![Reply::http("401 Unauthorized", "{\"error\":\"no\"}")]);
        let location = format!("302 Found\r\nlocation: http://{}/", other.address());
        let own = Listener::start(vec![Reply::http(&location, "")]);
        let env = TestEnv::new();
        let (own_url, other_url) = (format!("http://{}", own.address()), format!("http://{}", other.address()));
        let directory = env.home().join(".config/lobu");
        std::fs::create_dir_all(&directory).expect("a directory");
        let write = |name: &str, value: serde_json::Value| {
            std::fs::write(directory.join(name), value.to_string()).expect("a file");
        };
        let url = format!("{own_url}/api/v1");
        write("config.json", json!({"currentContext": "mine", "contexts": {"mine": {"apiUrl": url}}}));
        write("credentials.json", json!({"version": 2, "contexts": {"mine": {"accessToken": STORED}}}));
        write("cli.json", json!({"version": 1, "contexts": {"mine": {"org": "acme"}}}));
        env.write("a/SOUL.md", "x").write(
            "lobu.toml",
            format!(
                "[agents.abc]\nname = 'A'\ndir = 'a'\n[targets.edited]\nurl = '{other_url}'\norg = 'acme'\n\
                 [targets.prod]\nurl = '{own_url}'\norg = 'acme'\n"
            ),
        );
        Self { env, own, other }
    }

    fn url(listener: &Listener) -> String {
        format!("http://{}", listener.address())
    }

    /// Runs a plan and says the code; what came to whom is looked at after.
    #[track_caller]
    fn plan(&self, arguments: &[&str], variables: &[(&str, &str)], code: i32) -> String {
        let mut env = self.env.clone_at("");
        for (name, value) in variables {
            env.env(name, *value);
        }
        let output = env.lobu(["plan"].iter().chain(arguments));
        output.expect_code(code);
        let everything = output.everything();
        assert!(!everything.contains(STORED) && !everything.contains(GIVEN), "{output}");
        everything
    }

    #[track_caller]
    fn nothing_was_sent(&self, what: &str) {
        assert_eq!(self.own.received(), [""; 0], "{what}");
        assert_eq!(self.other.received(), [""; 0], "{what}");
    }
}

#[test]
fn what_is_a_mistake_by_itself_sends_nothing_anywhere() {
    let setup = Setup::new();
    let other = Setup::url(&setup.other);
    let with_user = other.replace("http://", "http://user:password@");
    let table: &[Mistake<'_>] = &[
        (&["-c", "nobody"], &[], 2, "nobody"),
        (&[], &[("LOBU_CONTEXT", "nobody")], 2, "nobody"),
        (&[], &[("LOBU_API_TOKEN", GIVEN)], 2, "LOBU_API_TOKEN"),
        (&["--url", "http://remote.example", "--org", "acme"], &[("LOBU_API_TOKEN", GIVEN)], 2, "https"),
        (&["--url", &with_user, "--org", "acme"], &[("LOBU_API_TOKEN", GIVEN)], 2, "user name"),
        (&["-t", "edited"], &[], 4, "edited"),
        (&["-t", "edited"], &[("LOBU_API_TOKEN", GIVEN)], 4, "edited"),
        (&["-t", "nothing"], &[], 2, "nothing"),
        (&["-t", "prod", "-c", "mine"], &[], 2, "Use only one"),
        (&["-c", "mine"], &[("LOBU_API_URL", other.as_str())], 2, "LOBU_API_URL"),
    ];
    for (arguments, variables, code, word) in table {
        let said = setup.plan(arguments, variables, *code);
        assert!(said.contains(word), "{arguments:?}: {said}");
        setup.nothing_was_sent(&format!("{arguments:?}"));
    }
}

#[test]
fn the_token_of_the_environment_goes_to_no_context_that_is_not_named() {
    let setup = Setup::new();
    for verb in [&["whoami"][..], &["org", "list"], &["token", "--raw"]] {
        let mut env = setup.env.clone_at("");
        let output = env.env("LOBU_API_TOKEN", GIVEN).lobu(verb);
        output.expect_code(2);
        assert!(output.stderr.contains("LOBU_API_TOKEN") && !output.everything().contains(GIVEN), "{output}");
        setup.nothing_was_sent("a token without a target");
    }
    let mut env = setup.env.clone_at("");
    assert_eq!(env.env("LOBU_API_TOKEN", GIVEN).lobu(["token", "--raw", "-c", "mine"]).stdout, format!("{GIVEN}\n"));
}

#[test]
fn a_pin_that_differs_from_context_or_environment_stops() {
    let setup = Setup::new();
    let toml = setup.env.read("lobu.toml");
    setup.env.write("lobu.toml", format!("{toml}[memory]\norg = 'other-org'\n"));
    for variables in [&[][..], &[("LOBU_ORG", "acme")][..]] {
        let said = setup.plan(&[], variables, 4);
        assert!(said.contains("other-org") && said.contains("acme"), "{said}");
        setup.nothing_was_sent("a pin");
    }
}

#[test]
fn a_stored_token_goes_to_its_own_server_only() {
    let setup = Setup::new();
    // Another server by its URL: it is asked, without the token of the context.
    setup.plan(&["--url", &Setup::url(&setup.other), "--org", "acme"], &[], 4);
    let received = setup.other.received();
    assert!(!received.is_empty() && received.iter().all(|request| !request.contains("SENTINEL")), "{received:?}");
    assert_eq!(setup.own.received(), [""; 0]);
}

#[test]
fn a_redirect_to_another_port_is_not_followed() {
    let setup = Setup::new();
    setup.plan(&[], &[], 3);
    assert!(setup.own.received().iter().any(|request| request.contains(STORED)));
    assert_eq!(setup.other.received(), [""; 0]);
}

#[test]
fn nothing_of_this_comes_from_a_dotenv_file() {
    let setup = Setup::new();
    let other = Setup::url(&setup.other);
    let lines = ["LOBU_SERVER_URL", "LOBU_API_URL", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"];
    let text = lines.map(|name| format!("{name}={other}")).join("\n");
    let text = format!("{text}\nLOBU_CONTEXT=other\nLOBU_ORG=other\nLOBU_API_TOKEN={GIVEN}\nSSL_CERT_FILE=/dev/null\n");
    setup.env.write(".env", text);
    setup.plan(&[], &[], 3);
    assert!(setup.own.received().iter().all(|request| !request.contains(GIVEN)));
    assert!(!setup.own.received().is_empty());
    assert_eq!(setup.other.received(), [""; 0]);
}

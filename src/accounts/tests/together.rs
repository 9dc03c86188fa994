use std::process::{Child, Command};
use std::time::Duration;

use super::super::AccountsError;
use super::*;

#[test]
fn changes_at_once_lose_nothing() {
    let home = Home::with(&[]);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let accounts = Accounts::at(home.0.path()).with_patience(Duration::from_secs(60));
            scope.spawn(move || {
                for number in 0..8 {
                    let name = format!("c{thread}-{number}");
                    let changed: Result<(), ChangeError> = accounts.change(|draft| {
                        draft.add_context(&name, "https://s.example")?;
                        draft.set_consent(&name, true)?;
                        draft.put_login(&name, &plain(&name))
                    });
                    changed.unwrap();
                }
            });
        }
        for _ in 0..100 {
            // A reader takes no lock, and finds no login without its context.
            assert_eq!(home.accounts().read().unwrap().notices, []);
        }
    });
    let snapshot = home.read();
    assert_eq!((snapshot.contexts.len(), snapshot.logins.len()), (65, 64));
    assert!(snapshot.contexts.values().all(|context| context.sends_secret_values != context.is_built_in));
    assert!(snapshot.logins.iter().all(|(name, login)| is(&login.access_token, name)));
    assert_eq!(home.names(), ["cli.json", "config.json", "credentials.json"]);
}

/// Lies in the directory of the accounts that a process of a test is to change.
const MARK: &str = "for-a-process-of-a-test";

#[test]
#[ignore = "a process of the test below"]
fn a_process_that_changes() {
    let directory = std::env::current_dir().unwrap();
    if !directory.join(MARK).exists() {
        return;
    }
    for number in 0..8 {
        let name = format!("p{}-{number}", std::process::id());
        let accounts = Accounts::at(&directory).with_patience(Duration::from_secs(60));
        let changed: Result<(), ChangeError> = accounts.change(|draft| {
            draft.add_context(&name, "https://s.example")?;
            draft.put_login(&name, &device(&name, "https://s.example/token", Some(1)))
        });
        changed.unwrap();
    }
}

#[test]
fn processes_at_once_lose_nothing_and_may_die() {
    let home = Home::with(&[(MARK, "")]);
    let start = |fault: &str| -> Child {
        let name = "accounts::tests::together::a_process_that_changes";
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", name, "--ignored"]).current_dir(home.0.path()).env("LOBU_FAULT", fault);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap()
    };
    // The one that dies has written cli.json and config.json of its third context, and not the login.
    let dying = start("die:accounts-written#8");
    let dead = format!("p{}-", dying.id());
    let ended: Vec<bool> =
        [start(""), dying, start("")].into_iter().map(|mut child| child.wait().unwrap().success()).collect();
    assert_eq!(ended, [true, false, true]);
    let snapshot = home.read();
    let of_the_dead = |name: &&String| name.starts_with(&dead);
    assert_eq!((snapshot.contexts.len(), snapshot.logins.len()), (1 + 8 + 3 + 8, 8 + 2 + 8));
    assert_eq!(snapshot.contexts.keys().filter(of_the_dead).count(), 3);
    assert_eq!(snapshot.logins.keys().filter(of_the_dead).count(), 2);
    assert!(home.accounts().with_patience(Duration::ZERO).begin().is_ok(), "the dead hold no lock");
}

#[test]
fn a_reader_finds_a_token_beside_its_own_server_only() {
    let home = Home::with(&[]);
    let move_to = |name: &str| {
        home.change(|draft| {
            draft.add_context("s", &format!("https://{name}.example"))?;
            draft.put_login("s", &plain(name))
        });
    };
    move_to("one");
    std::thread::scope(|scope| {
        let moving = scope.spawn(|| {
            for _ in 0..40 {
                move_to("two");
                move_to("one");
            }
        });
        while !moving.is_finished() {
            let snapshot = home.accounts().read().unwrap();
            if let Some(login) = snapshot.logins.get("s") {
                let name = if is(&login.access_token, "one") { "one" } else { "two" };
                assert_eq!(snapshot.contexts["s"].api_url, format!("https://{name}.example"));
            }
        }
    });
}

#[test]
fn the_wait_for_another_change_ends() {
    let home = Home::with(&[]);
    let held = home.accounts().begin().unwrap();
    let impatient = home.accounts().with_patience(Duration::from_millis(20));
    let busy = AccountsError::Busy { directory: home.0.path().to_owned() };
    assert_eq!(impatient.begin().err(), Some(busy));
    assert!(impatient.read().is_ok(), "reading waits for nobody");
    drop(held);
    assert!(impatient.begin().is_ok());
}

#[test]
fn a_change_can_be_begun_and_saved_later() {
    let home = Home::with(&[]);
    home.change(|draft| draft.put_login("lobu", &plain("OLD")));
    let mut begun = home.accounts().begin().unwrap();
    let found = begun.draft().snapshot().unwrap();
    assert!(is(&found.logins["lobu"].access_token, "OLD"));
    begun.draft().put_login("lobu", &plain("NEW")).unwrap();
    assert!(is(&home.read().logins["lobu"].access_token, "OLD"), "nothing is written yet");
    begun.save().unwrap();
    assert!(is(&home.read().logins["lobu"].access_token, "NEW"));
    let mut dropped = home.accounts().begin().unwrap();
    dropped.draft().remove_login("lobu");
    drop(dropped);
    assert!(home.read().logins.contains_key("lobu"));
}

#[test]
fn a_file_that_the_existing_cli_is_writing_is_read_again() {
    let home = Home::with(&[("config.json", "{")]);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(3));
            home.write("config.json", "{}");
        });
        let mut read = home.accounts().read();
        for _ in 0..20 {
            if read.is_ok() {
                break;
            }
            read = home.accounts().read();
        }
        assert!(read.is_ok());
    });
}

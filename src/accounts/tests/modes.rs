use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use super::super::{AccountFile, AccountsError, FileProblem, FileState, Finding, Notice};
use super::*;

const CONFIG: &str = r#"{"contexts": {"s": {"apiUrl": "https://s.example"}}}"#;
const CREDENTIALS: &str = r#"{"version": 2, "contexts": {"s": {"accessToken": "A"}}}"#;

/// Puts something into a directory.
type Make = fn(&Home);

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn state(home: &Home, file: Option<AccountFile>) -> Vec<FileState> {
    let findings = home.accounts().findings();
    findings.into_iter().filter(|finding| finding.file == file).map(|finding| finding.state).collect()
}

#[test]
fn a_directory_is_made_for_its_owner_only() {
    let home = Home::with(&[]);
    let directory = home.path("a/lobu");
    let added: Result<_, ChangeError> =
        Accounts::at(&directory).change(|draft| draft.add_context("s", "https://s.example"));
    assert!(added.is_ok());
    assert_eq!((mode(&directory), mode(&directory.join("config.json"))), (0o700, 0o600));
}

#[test]
fn nothing_is_wrong_where_nothing_is() {
    let home = Home::with(&[]);
    let states: Vec<_> = Accounts::at(home.path("x")).findings().into_iter().map(|found| found.state).collect();
    assert_eq!(states, [const { FileState::Missing }; 5]);
    let home = Home::with(&[("config.json", CONFIG), ("credentials.json", CREDENTIALS)]);
    set_mode(home.0.path(), 0o700);
    let states: Vec<_> = home.accounts().findings().into_iter().map(|found| found.state).collect();
    let fine = [FileState::Fine, FileState::Fine, FileState::Fine, FileState::Missing, FileState::Missing];
    assert_eq!(states, fine);
    assert_eq!(home.accounts().repair().unwrap(), []);
}

#[test]
fn wide_modes_are_told_and_repaired() {
    let home = Home::with(&[("config.json", CONFIG), ("credentials.json", CREDENTIALS)]);
    set_mode(home.0.path(), 0o755);
    set_mode(&home.path("credentials.json"), 0o644);
    assert_eq!(state(&home, None), [FileState::OpenToOthers { mode: 0o755 }]);
    assert_eq!(state(&home, Some(AccountFile::Credentials)), [FileState::OpenToOthers { mode: 0o644 }]);
    let snapshot = home.read();
    assert_eq!(snapshot.notices, [Notice::OpenToOthers { file: AccountFile::Credentials, mode: 0o644 }]);
    let repaired = home.accounts().repair().unwrap();
    let repaired: Vec<_> = repaired.iter().map(|one| (one.path.as_path(), one.was, one.now)).collect();
    let file = home.path("credentials.json");
    assert_eq!(repaired, [(home.0.path(), 0o755, 0o700), (file.as_path(), 0o644, 0o600)]);
    assert_eq!((mode(home.0.path()), mode(&file)), (0o700, 0o600));
}

#[test]
fn a_file_that_is_written_gets_its_mode() {
    let home = Home::with(&[("config.json", CONFIG), ("credentials.json", CREDENTIALS)]);
    set_mode(&home.path("credentials.json"), 0o666);
    set_mode(&home.path("config.json"), 0o644);
    home.change(|draft| draft.put_login("s", &plain("B")));
    assert_eq!(mode(&home.path("credentials.json")), 0o600);
    assert_eq!(mode(&home.path("config.json")), 0o644, "it was not written");
}

#[test]
fn what_is_no_file_of_ours_is_refused() {
    let table: [(FileProblem, Make); 4] = [
        (FileProblem::Symlink, |home| {
            home.write("elsewhere", CREDENTIALS);
            symlink("elsewhere", home.path("credentials.json")).unwrap();
        }),
        (FileProblem::Symlink, |home| symlink("nowhere", home.path("credentials.json")).unwrap()),
        (FileProblem::NotRegular, |home| fs::create_dir(home.path("credentials.json")).unwrap()),
        (FileProblem::NotRegular, |home| {
            drop(std::os::unix::net::UnixListener::bind(home.path("credentials.json")).unwrap());
        }),
    ];
    for (problem, make) in table {
        let home = Home::with(&[("config.json", CONFIG)]);
        make(&home);
        let expected = AccountsError::Broken { path: home.path("credentials.json"), problem: problem.clone() };
        assert_eq!(home.accounts().read().unwrap_err(), expected);
        let put = home.accounts().change(|draft| draft.put_login("s", &plain("B")));
        assert_eq!(put.unwrap_err(), ChangeError::Files(expected));
        assert_eq!(state(&home, Some(AccountFile::Credentials)), [FileState::Broken(problem)]);
        assert_eq!(home.text("config.json"), CONFIG);
    }
}

#[test]
fn a_file_of_another_user_is_refused() {
    let home = Home::with(&[("credentials.json", CREDENTIALS)]);
    if std::os::unix::fs::chown(home.path("credentials.json"), Some(65_534), None).is_err() {
        // Only a privileged user can give a file away; the rule itself is tested beside it.
        return;
    }
    let expected = AccountsError::Broken { path: home.path("credentials.json"), problem: FileProblem::ForeignOwner };
    assert_eq!(home.accounts().read().unwrap_err(), expected);
    set_mode(&home.path("credentials.json"), 0o644);
    drop(home.accounts().repair().unwrap());
    assert_eq!(mode(&home.path("credentials.json")), 0o644, "a mode of somebody else's is not ours to change");
}

#[test]
fn a_file_in_the_place_of_the_directory_is_told() {
    let home = Home::with(&[("lobu", "")]);
    let accounts = Accounts::at(home.path("lobu"));
    let problem = FileProblem::NotADirectory;
    let expected = AccountsError::Broken { path: home.path("lobu"), problem: problem.clone() };
    assert_eq!(accounts.read().unwrap_err(), expected);
    assert_eq!(accounts.begin().err().unwrap(), expected);
    let finding = Finding { path: home.path("lobu"), file: None, state: FileState::Broken(problem) };
    assert_eq!(accounts.findings(), [finding]);
}

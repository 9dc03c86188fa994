use std::io::Write as _;
use std::process::{Command, Stdio};

use super::*;

/// A repository with its files, and the user's directories beside it.
struct TestDirectory {
    temporary: tempfile::TempDir,
}

impl TestDirectory {
    fn new(files: &[(&str, &str)]) -> Self {
        let test = Self { temporary: tempfile::tempdir().unwrap() };
        test.write("repository/.git/HEAD", "ref: refs/heads/main\n");
        for directory in ["objects", "refs"] {
            fs::create_dir_all(test.path("repository/.git").join(directory)).unwrap();
        }
        for (path, text) in files {
            test.write(path, text);
        }
        test
    }

    fn path(&self, path: &str) -> PathBuf {
        self.temporary.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn user(&self) -> UserDirectories {
        UserDirectories { home: Some(self.path("home")), config: Some(self.path("home/.config")) }
    }

    fn is_ignored(&self, file: &str) -> Ignored {
        fs::create_dir_all(self.path(file).parent().unwrap()).unwrap();
        is_ignored(&self.path(file), &self.user())
    }

    /// What git itself says; none where there is no git.
    fn of_git(&self, file: &str) -> Option<Ignored> {
        let path = self.path(file);
        let status = Command::new("git")
            .arg("check-ignore")
            .arg("--quiet")
            .arg(path.file_name().unwrap())
            .current_dir(path.parent().unwrap())
            .env("HOME", self.path("home"))
            .env("XDG_CONFIG_HOME", self.path("home/.config"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CEILING_DIRECTORIES", self.temporary.path())
            .env_remove("GIT_DIR")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .ok()?;
        match status.code() {
            Some(0) => Some(Ignored::Ignored),
            Some(1) => Some(Ignored::NotIgnored),
            _ => Some(Ignored::NotInRepository),
        }
    }
}

const FILE: &str = "repository/a/b/.env";

/// Files of rules, and whether [`FILE`] is ignored by them.
fn table() -> Vec<(&'static [(&'static str, &'static str)], Ignored)> {
    use Ignored::{Ignored as Yes, NotIgnored as No};
    vec![
        (&[], No),
        (&[("repository/.gitignore", ".env\n")], Yes),
        (&[("repository/.gitignore", ".env")], Yes),
        (&[("repository/.gitignore", "\u{FEFF}.env\r\n")], Yes),
        (&[("repository/.gitignore", "# .env\n\n.envrc\n.env.local\n")], No),
        (&[("repository/.gitignore", ".env*\n")], Yes),
        (&[("repository/.gitignore", "/.env\n")], No),
        (&[("repository/.gitignore", "/a/b/.env\n")], Yes),
        (&[("repository/.gitignore", "a/**/.env\n")], Yes),
        (&[("repository/.gitignore", "**/b/.env\n")], Yes),
        (&[("repository/.gitignore", ".env/\n")], No),
        (&[("repository/.gitignore", "b/\n")], Yes),
        (&[("repository/.gitignore", "/b/\n")], No),
        (&[("repository/.gitignore", "*\n!.env\n")], Yes),
        (&[("repository/.gitignore", ".env\n!.env\n")], No),
        (&[("repository/.gitignore", "!.env\n.env\n")], Yes),
        (&[("repository/.gitignore", ".env \n")], Yes),
        (&[("repository/.gitignore", ".en[a-z]\n")], Yes),
        (&[("repository/.gitignore", "\\.env\n")], Yes),
        (&[("repository/.gitignore", "[\n.env\n")], Yes),
        (&[("repository/.gitignore", ".env\n"), ("repository/a/.gitignore", "!.env\n")], No),
        (&[("repository/.gitignore", "!.env\n"), ("repository/a/b/.gitignore", ".env\n")], Yes),
        (&[("repository/a/.gitignore", "/b\n"), ("repository/a/b/.gitignore", "!.env\n")], Yes),
        (&[("repository/a/.gitignore", "/b/.env\n")], Yes),
        (&[("repository/a/b/c/.gitignore", ".env\n")], No),
        (&[("repository/.git/info/exclude", ".env\n")], Yes),
        (&[("repository/.git/info/exclude", "/a/b/.env\n")], Yes),
        (&[("repository/.git/info/exclude", ".env\n"), ("repository/.gitignore", "!.env\n")], No),
        (&[("home/.config/git/ignore", ".env\n")], Yes),
        (&[("home/.config/git/ignore", ".env\n"), ("repository/.git/info/exclude", "!.env\n")], No),
        (&[("home/.gitconfig", "[user]\nname = a\n[core]\n\texcludesFile = ~/mine\n"), ("home/mine", ".env\n")], Yes),
        (&[("home/.gitconfig", "[core]\nexcludesfile = \"~/mine\" # c\n"), ("home/mine", ".env\n")], Yes),
        (&[("home/.gitconfig", "[core]\nexcludesfile = ~/mine ; c\n"), ("home/.config/git/ignore", ".env\n")], No),
        (&[("home/.config/git/config", "[CORE]\nEXCLUDESFILE=~/mine\n"), ("home/mine", "b\n")], Yes),
        (&[("home/.gitconfig", "[corf]\nexcludesfile = ~/mine\n"), ("home/mine", ".env\n")], No),
        (&[("repository/a/.git/HEAD", "no repository, no rules"), ("repository/a/.git/x", "")], No),
    ]
}

#[test]
fn a_file_is_ignored_by_the_rules_of_git() {
    for (files, expected) in table() {
        assert_eq!(TestDirectory::new(files).is_ignored(FILE), expected, "{files:?}");
    }
}

#[test]
fn git_says_the_same() {
    for (files, expected) in table() {
        let test = TestDirectory::new(files);
        test.is_ignored(FILE);
        let Some(found) = test.of_git(FILE) else {
            drop(writeln!(std::io::stderr(), "skipped: there is no git here"));
            return;
        };
        assert_eq!(found, expected, "{files:?}");
    }
}

#[test]
fn outside_of_a_repository_nothing_is_said() {
    let test = TestDirectory::new(&[("elsewhere/.gitignore", ".env\n"), ("empty/.git/config", "")]);
    assert_eq!(test.is_ignored("elsewhere/.env"), Ignored::NotInRepository);
    assert_eq!(test.is_ignored("empty/.env"), Ignored::NotInRepository);
    assert_eq!(is_ignored(Path::new("/no/such/directory/.env"), &UserDirectories::default()), Ignored::NotInRepository);
}

#[test]
fn a_further_working_tree_shares_the_exclusions_of_its_repository() {
    let test = TestDirectory::new(&[
        ("repository/.git/worktrees/tree/HEAD", "ref: refs/heads/tree\n"),
        ("repository/.git/worktrees/tree/commondir", "../..\n"),
        ("repository/.git/info/exclude", ".env\n"),
        ("tree/.git", "gitdir: ../repository/.git/worktrees/tree\n"),
    ]);
    assert_eq!(test.is_ignored("tree/a/.env"), Ignored::Ignored);
    assert_eq!(test.is_ignored("tree/a/other"), Ignored::NotIgnored);
}

#[test]
fn a_project_behind_a_symlink_is_where_it_is() {
    let test = TestDirectory::new(&[("repository/.gitignore", "/a/.env\n"), ("repository/a/lobu.toml", "")]);
    std::os::unix::fs::symlink(test.path("repository/a"), test.path("link")).unwrap();
    assert_eq!(test.is_ignored("link/.env"), Ignored::Ignored);
}

#[test]
fn rules_behind_a_symlink_do_not_count() {
    let test = TestDirectory::new(&[("repository/rules", ".env\n"), ("repository/a/x", "")]);
    std::os::unix::fs::symlink("rules", test.path("repository/.gitignore")).unwrap();
    assert_eq!(test.is_ignored("repository/a/.env"), Ignored::NotIgnored);
    assert!(test.of_git("repository/a/.env").is_none_or(|found| found == Ignored::NotIgnored));
}

#[test]
fn rules_that_cannot_be_read_ignore_nothing() {
    let test = TestDirectory::new(&[("repository/.git/info/exclude", "")]);
    fs::create_dir(test.path("repository/.gitignore")).unwrap();
    assert_eq!(test.is_ignored("repository/.env"), Ignored::NotIgnored);
    fs::remove_dir(test.path("repository/.gitignore")).unwrap();
    let large = ".env\n".repeat(usize::try_from(LARGEST).unwrap() / 5 + 1);
    test.write("repository/.gitignore", &large);
    assert_eq!(test.is_ignored("repository/.env"), Ignored::NotIgnored);
    test.write("repository/.gitignore", large.split_at(large.len() - 5).0);
    assert_eq!(test.is_ignored("repository/.env"), Ignored::Ignored);
}

use std::fs;
use std::io;
use std::os::unix::fs::symlink;

use super::super::Target;
use super::test_project::{TestProject, names, shown};
use crate::project::directory::location::FileLocation;
use crate::project::directory::{Expected, FileKind, ProjectDirectory, WriteError, display_path};

#[test]
fn a_file_that_changed_is_left_alone() {
    let project = TestProject::new();
    project.put("x.md", "other");
    project.put("longer.md", "old and more");
    fs::write(project.path("bytes.md"), b"o\xFFd").unwrap();
    let before = project.tree();
    for path in ["x.md", "longer.md", "bytes.md", "none.md", "none/none.md"] {
        let changed = WriteError::Changed { path: shown(path) };
        assert_eq!(project.replace(path, "old", "new"), Err(changed.clone()), "{path}");
        assert_eq!(project.directory.remove_file(path, "old"), Err(changed), "{path}");
    }
    assert_eq!(project.create("x.md", "new"), Err(WriteError::Changed { path: shown("x.md") }));
    assert_eq!(project.create("x.md", "other").unwrap_err().code(), "file-changed");
    assert_eq!(project.tree(), before);
}

#[test]
fn what_is_saved_while_a_file_is_staged_is_seen() {
    let project = TestProject::new();
    project.put("x.md", "old");
    let directory = project.directory.handle();
    let (place, free) = (FileLocation::named("x.md").unwrap(), FileLocation::named("y.md").unwrap());
    let (target, new) =
        (Target { directory, place: &place, path: "x.md" }, Target { directory, place: &free, path: "y.md" });
    let old = target.look().unwrap().unwrap();
    let staged = target.stage(Some(&old), "new").unwrap();
    project.put("x.md", "odd");
    assert_eq!(target.put(staged, Expected::Text("old")).unwrap_err().code(), "file-changed");
    let staged = target.stage(Some(&old), "new").unwrap();
    fs::remove_file(project.path("x.md")).unwrap();
    assert_eq!(target.put(staged, Expected::Text("old")).unwrap_err().code(), "file-changed");
    let staged = new.stage(None, "new").unwrap();
    project.put("y.md", "theirs");
    assert_eq!(new.put(staged, Expected::Nothing).unwrap_err().code(), "file-changed");
    assert_eq!((names(&project.path("")), project.text("y.md").as_str()), (vec!["y.md".to_owned()], "theirs"));
}

#[test]
fn what_leaves_the_project_is_refused_as_it_is_written() {
    let project = TestProject::new();
    let outside = project.temporary.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("x.md"), "old").unwrap();
    project.put("a/y.md", "old");
    symlink("../outside", project.path("link")).unwrap();
    symlink(&outside, project.path("absolute")).unwrap();
    symlink("../outside/x.md", project.path("x.md")).unwrap();
    symlink("../outside/none.md", project.path("none.md")).unwrap();
    symlink("../project/a/y.md", project.path("back.md")).unwrap();
    let absolute = outside.join("x.md").display().to_string();
    for path in [
        "../outside/x.md",
        "../x.md",
        "..",
        "a/../x.md",
        "a/../a/y.md",
        "a/..",
        "/x.md",
        "link/x.md",
        "link/none.md",
        "link/none/none.md",
        "absolute/x.md",
        "x.md",
        "none.md",
        "back.md",
        &absolute,
    ] {
        project.refuses(path, &WriteError::Outside { path: shown(path) });
    }
}

#[test]
fn what_may_be_read_outside_may_not_be_written() {
    let project = TestProject::new();
    let allowed = project.temporary.path().join("allowed");
    fs::create_dir(&allowed).unwrap();
    fs::write(allowed.join("x.md"), "old").unwrap();
    symlink(&allowed, project.path("link")).unwrap();
    let directory = ProjectDirectory::open(&project.path(""), std::slice::from_ref(&allowed)).unwrap();
    let project = TestProject { directory, ..project };
    let absolute = allowed.join("x.md").display().to_string();
    for path in ["link/x.md", "../allowed/x.md", &absolute] {
        assert_eq!(project.directory.read_text(path, 16).unwrap().as_deref(), Some("old"), "{path}");
        project.refuses(path, &WriteError::Outside { path: shown(path) });
    }
}

#[test]
fn what_belongs_to_git_or_holds_secrets_is_not_written_through_a_link() {
    let project = TestProject::new();
    fs::create_dir_all(project.path(".git/hooks")).unwrap();
    fs::write(project.path(".git/config"), "old").unwrap();
    fs::write(project.path(".env"), "old").unwrap();
    symlink(".git/config", project.path("a.md")).unwrap();
    symlink(".git/hooks", project.path("agents")).unwrap();
    symlink(".env", project.path("b.md")).unwrap();
    for (path, target) in [
        ("a.md", ".git/config"),
        ("agents/pre-commit", ".git/hooks/pre-commit"),
        (".git/x", ".git/x"),
        ("b.md", ".env"),
    ] {
        project.refuses(path, &WriteError::Reserved { path: shown(path), target: target.to_owned() });
    }
    project.directory.write_file(".env.example", Expected::Nothing, "A=\n").unwrap();
}

#[test]
fn symlinks_to_nothing_or_in_a_loop_are_refused() {
    let project = TestProject::new();
    symlink("nowhere", project.path("x.md")).unwrap();
    symlink("b.md", project.path("a.md")).unwrap();
    symlink("a.md", project.path("b.md")).unwrap();
    project.refuses("x.md", &WriteError::DanglingSymlink { path: shown("x.md") });
    project.refuses("x.md/y.md", &WriteError::DanglingSymlink { path: shown("x.md") });
    project.refuses("a.md", &WriteError::SymlinkLoop { path: shown("a.md") });
}

#[test]
fn what_is_no_regular_file_is_refused() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let project = TestProject::new();
    project.put("file", "old");
    fs::create_dir(project.path("directory")).unwrap();
    symlink("directory", project.path("link")).unwrap();
    symlink(".", project.path("here")).unwrap();
    mknodat(CWD, project.path("fifo"), FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
    let _listener = std::os::unix::net::UnixListener::bind(project.path("socket")).unwrap();
    for (path, found) in [
        ("directory", FileKind::Directory),
        ("link", FileKind::Directory),
        ("here", FileKind::Directory),
        (".", FileKind::Directory),
        ("", FileKind::Directory),
        ("fifo", FileKind::Fifo),
        ("socket", FileKind::Socket),
    ] {
        project.refuses(path, &WriteError::NotARegularFile { path: display_path(path), found });
    }
    // Only the administrator may make a device.
    let device = project.path("device");
    if mknodat(CWD, device, FileType::CharacterDevice, Mode::from_raw_mode(0o600), 0x103).is_ok() {
        project.refuses("device", &WriteError::NotARegularFile { path: shown("device"), found: FileKind::Device });
    }
    project.refuses("file/x.md", &WriteError::NotADirectory { path: shown("file") });
    project.refuses("file/a/x.md", &WriteError::NotADirectory { path: shown("file") });
}

#[test]
fn a_file_that_is_read_only_is_refused_with_what_to_do() {
    let project = TestProject::new();
    project.put("x.md", "old");
    for mode in [0o444, 0o555, 0o466] {
        project.set_mode("x.md", mode);
        project.refuses("x.md", &WriteError::ReadOnly { path: shown("x.md") });
    }
    let error = project.replace("x.md", "old", "new").unwrap_err();
    assert_eq!(error.to_string(), "`x.md` is read-only; make it writable");
}

#[test]
fn a_directory_that_is_read_only_is_named() {
    let project = TestProject::new();
    project.put("a/x.md", "old");
    project.set_mode("a", 0o555);
    // The administrator may write anywhere.
    let may_write = fs::write(project.path("a/probe"), "").is_ok();
    let error = WriteError::ReadOnly { path: shown("a") };
    let checked = ["a/x.md", "a/y.md", "a/b/c/y.md"].map(|path| project.directory.check_writable(path));
    if may_write {
        assert_eq!(checked, [Ok(()), Ok(()), Ok(())]);
    } else {
        assert_eq!(checked, [(); 3].map(|()| Err(error.clone())));
        for path in ["a/x.md", "a/y.md", "a/b/c/y.md"] {
            let written =
                if path == "a/x.md" { project.replace(path, "old", "new") } else { project.create(path, "new") };
            assert_eq!(written, Err(error.clone()), "{path}");
        }
        assert_eq!(project.directory.remove_file("a/x.md", "old"), Err(error));
        assert_eq!((names(&project.path("a")), project.text("a/x.md").as_str()), (vec!["x.md".to_owned()], "old"));
    }
    project.set_mode("a", 0o755);
}

#[test]
fn errors_name_the_path_and_have_a_word_of_their_own() {
    let path = || shown("a/x.md");
    let errors = [
        WriteError::Outside { path: path() },
        WriteError::Reserved { path: path(), target: ".git/config".to_owned() },
        WriteError::DanglingSymlink { path: path() },
        WriteError::SymlinkLoop { path: path() },
        WriteError::NotARegularFile { path: path(), found: FileKind::Fifo },
        WriteError::NotADirectory { path: path() },
        WriteError::ReadOnly { path: path() },
        WriteError::Changed { path: path() },
        WriteError::Busy { path: path() },
        WriteError::Unwritable { path: path(), reason: io::ErrorKind::StorageFull },
    ];
    let codes: std::collections::BTreeSet<_> = errors.iter().map(WriteError::code).collect();
    assert_eq!(codes.len(), errors.len());
    for error in errors {
        let text = error.to_string();
        assert!(text.contains("`a/x.md`") && text.contains(';') && !text.ends_with('.'), "{text}");
    }
}

use std::fs;
use std::io;
use std::os::unix::fs::symlink;

use super::super::Target;
use super::scene::{Scene, names, shown};
use crate::project::directory::place::Place;
use crate::project::directory::{Expected, FileKind, ProjectDirectory, WriteError, display_path};

#[test]
fn a_file_that_changed_is_left_alone() {
    let scene = Scene::new();
    scene.put("x.md", "other");
    scene.put("longer.md", "old and more");
    fs::write(scene.path("bytes.md"), b"o\xFFd").unwrap();
    let before = scene.tree();
    for path in ["x.md", "longer.md", "bytes.md", "none.md", "none/none.md"] {
        let changed = WriteError::Changed { path: shown(path) };
        assert_eq!(scene.replace(path, "old", "new"), Err(changed.clone()), "{path}");
        assert_eq!(scene.directory.remove_file(path, "old"), Err(changed), "{path}");
    }
    assert_eq!(scene.create("x.md", "new"), Err(WriteError::Changed { path: shown("x.md") }));
    assert_eq!(scene.create("x.md", "other").unwrap_err().code(), "file-changed");
    assert_eq!(scene.tree(), before);
}

#[test]
fn what_is_saved_while_a_file_is_staged_is_seen() {
    let scene = Scene::new();
    scene.put("x.md", "old");
    let directory = scene.directory.handle();
    let (place, free) = (Place::named("x.md").unwrap(), Place::named("y.md").unwrap());
    let (target, new) =
        (Target { directory, place: &place, path: "x.md" }, Target { directory, place: &free, path: "y.md" });
    let old = target.look().unwrap().unwrap();
    let staged = target.stage(Some(&old), "new").unwrap();
    scene.put("x.md", "odd");
    assert_eq!(target.put(staged, Expected::Text("old")).unwrap_err().code(), "file-changed");
    let staged = target.stage(Some(&old), "new").unwrap();
    fs::remove_file(scene.path("x.md")).unwrap();
    assert_eq!(target.put(staged, Expected::Text("old")).unwrap_err().code(), "file-changed");
    let staged = new.stage(None, "new").unwrap();
    scene.put("y.md", "theirs");
    assert_eq!(new.put(staged, Expected::Nothing).unwrap_err().code(), "file-changed");
    assert_eq!((names(&scene.path("")), scene.text("y.md").as_str()), (vec!["y.md".to_owned()], "theirs"));
}

#[test]
fn what_leaves_the_project_is_refused_as_it_is_written() {
    let scene = Scene::new();
    let outside = scene.temporary.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("x.md"), "old").unwrap();
    scene.put("a/y.md", "old");
    symlink("../outside", scene.path("link")).unwrap();
    symlink(&outside, scene.path("absolute")).unwrap();
    symlink("../outside/x.md", scene.path("x.md")).unwrap();
    symlink("../outside/none.md", scene.path("none.md")).unwrap();
    symlink("../project/a/y.md", scene.path("back.md")).unwrap();
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
        scene.refuses(path, &WriteError::Outside { path: shown(path) });
    }
}

#[test]
fn what_may_be_read_outside_may_not_be_written() {
    let scene = Scene::new();
    let allowed = scene.temporary.path().join("allowed");
    fs::create_dir(&allowed).unwrap();
    fs::write(allowed.join("x.md"), "old").unwrap();
    symlink(&allowed, scene.path("link")).unwrap();
    let directory = ProjectDirectory::open(&scene.path(""), std::slice::from_ref(&allowed)).unwrap();
    let scene = Scene { directory, ..scene };
    let absolute = allowed.join("x.md").display().to_string();
    for path in ["link/x.md", "../allowed/x.md", &absolute] {
        assert_eq!(scene.directory.read_text(path, 16).unwrap().as_deref(), Some("old"), "{path}");
        scene.refuses(path, &WriteError::Outside { path: shown(path) });
    }
}

#[test]
fn what_belongs_to_git_or_holds_secrets_is_not_written_through_a_link() {
    let scene = Scene::new();
    fs::create_dir_all(scene.path(".git/hooks")).unwrap();
    fs::write(scene.path(".git/config"), "old").unwrap();
    fs::write(scene.path(".env"), "old").unwrap();
    symlink(".git/config", scene.path("a.md")).unwrap();
    symlink(".git/hooks", scene.path("agents")).unwrap();
    symlink(".env", scene.path("b.md")).unwrap();
    for (path, target) in [
        ("a.md", ".git/config"),
        ("agents/pre-commit", ".git/hooks/pre-commit"),
        (".git/x", ".git/x"),
        ("b.md", ".env"),
    ] {
        scene.refuses(path, &WriteError::Reserved { path: shown(path), target: target.to_owned() });
    }
    scene.directory.write_file(".env.example", Expected::Nothing, "A=\n").unwrap();
}

#[test]
fn symlinks_to_nothing_or_in_a_loop_are_refused() {
    let scene = Scene::new();
    symlink("nowhere", scene.path("x.md")).unwrap();
    symlink("b.md", scene.path("a.md")).unwrap();
    symlink("a.md", scene.path("b.md")).unwrap();
    scene.refuses("x.md", &WriteError::DanglingSymlink { path: shown("x.md") });
    scene.refuses("x.md/y.md", &WriteError::DanglingSymlink { path: shown("x.md") });
    scene.refuses("a.md", &WriteError::SymlinkLoop { path: shown("a.md") });
}

#[test]
fn what_is_no_regular_file_is_refused() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let scene = Scene::new();
    scene.put("file", "old");
    fs::create_dir(scene.path("directory")).unwrap();
    symlink("directory", scene.path("link")).unwrap();
    symlink(".", scene.path("here")).unwrap();
    mknodat(CWD, scene.path("fifo"), FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
    let _listener = std::os::unix::net::UnixListener::bind(scene.path("socket")).unwrap();
    for (path, found) in [
        ("directory", FileKind::Directory),
        ("link", FileKind::Directory),
        ("here", FileKind::Directory),
        (".", FileKind::Directory),
        ("", FileKind::Directory),
        ("fifo", FileKind::Fifo),
        ("socket", FileKind::Socket),
    ] {
        scene.refuses(path, &WriteError::NotARegularFile { path: display_path(path), found });
    }
    // Only the administrator may make a device.
    let device = scene.path("device");
    if mknodat(CWD, device, FileType::CharacterDevice, Mode::from_raw_mode(0o600), 0x103).is_ok() {
        scene.refuses("device", &WriteError::NotARegularFile { path: shown("device"), found: FileKind::Device });
    }
    scene.refuses("file/x.md", &WriteError::NotADirectory { path: shown("file") });
    scene.refuses("file/a/x.md", &WriteError::NotADirectory { path: shown("file") });
}

#[test]
fn a_file_that_is_read_only_is_refused_with_what_to_do() {
    let scene = Scene::new();
    scene.put("x.md", "old");
    for mode in [0o444, 0o555, 0o466] {
        scene.set_mode("x.md", mode);
        scene.refuses("x.md", &WriteError::ReadOnly { path: shown("x.md") });
    }
    let error = scene.replace("x.md", "old", "new").unwrap_err();
    assert_eq!(error.to_string(), "`x.md` is read-only; make it writable, as with `chmod u+w`");
}

#[test]
fn a_directory_that_is_read_only_is_named() {
    let scene = Scene::new();
    scene.put("a/x.md", "old");
    scene.set_mode("a", 0o555);
    // The administrator may write anywhere.
    let may_write = fs::write(scene.path("a/probe"), "").is_ok();
    let error = WriteError::ReadOnly { path: shown("a") };
    let checked = ["a/x.md", "a/y.md", "a/b/c/y.md"].map(|path| scene.directory.check_writable(path));
    if may_write {
        assert_eq!(checked, [Ok(()), Ok(()), Ok(())]);
    } else {
        assert_eq!(checked, [(); 3].map(|()| Err(error.clone())));
        for path in ["a/x.md", "a/y.md", "a/b/c/y.md"] {
            let written = if path == "a/x.md" { scene.replace(path, "old", "new") } else { scene.create(path, "new") };
            assert_eq!(written, Err(error.clone()), "{path}");
        }
        assert_eq!(scene.directory.remove_file("a/x.md", "old"), Err(error));
        assert_eq!((names(&scene.path("a")), scene.text("a/x.md").as_str()), (vec!["x.md".to_owned()], "old"));
    }
    scene.set_mode("a", 0o755);
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

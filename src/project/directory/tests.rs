use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::*;
use crate::model::Family;
use crate::project::limits::Limits;

const LIMIT: u64 = 16;

fn project() -> (tempfile::TempDir, ProjectDirectory) {
    let temporary = tempfile::tempdir().unwrap();
    let root = temporary.path().join("project");
    fs::create_dir(&root).unwrap();
    fs::write(root.join("lobu.toml"), "").unwrap();
    let directory = ProjectDirectory::open(&root, &[]).unwrap();
    (temporary, directory)
}

fn root(temporary: &tempfile::TempDir) -> std::path::PathBuf {
    temporary.path().join("project")
}

fn make_fifo(path: &Path) {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
}

#[test]
fn files_are_read_and_missing_ones_are_none() {
    let (temporary, directory) = project();
    fs::create_dir(root(&temporary).join("a")).unwrap();
    fs::write(root(&temporary).join("a/x.md"), "text").unwrap();
    for path in ["a/x.md", "./a//x.md", "a/../a/x.md"] {
        assert_eq!(directory.read_text(path, LIMIT), Ok(Some("text".to_owned())), "{path}");
    }
    assert_eq!(directory.read_text("a/y.md", LIMIT), Ok(None));
    assert_eq!(directory.read_text("b/y.md", LIMIT), Ok(None));
    assert_eq!(directory.read_secret_text("a/x.md", LIMIT).unwrap().unwrap().as_str(), "text");
    assert_eq!(directory.kind("").unwrap(), Some(EntryKind::Directory));
}

#[test]
fn the_limit_is_exact() {
    let (temporary, directory) = project();
    fs::write(root(&temporary).join("at"), "x".repeat(16)).unwrap();
    fs::write(root(&temporary).join("over"), "x".repeat(17)).unwrap();
    assert!(directory.read_text("at", LIMIT).unwrap().is_some());
    assert!(directory.read_secret_text("at", LIMIT).unwrap().is_some());
    let error = directory.read_text("over", LIMIT).unwrap_err();
    assert_eq!(error, ReadError::TooLarge { path: "over".to_owned(), limit: 16 });
    assert_eq!(directory.read_secret_text("over", LIMIT).unwrap_err(), error);
}

#[test]
fn every_limit_of_the_table_holds_at_its_edge() {
    let (temporary, directory) = project();
    let limits = directory.limits().clone();
    for limit in [limits.markdown, limits.model_file, limits.dotenv, limits.lobu_toml] {
        let file = fs::File::create(root(&temporary).join("edge")).unwrap();
        file.set_len(limit).unwrap();
        assert!(directory.read_text("edge", limit).unwrap().is_some());
        file.set_len(limit + 1).unwrap();
        assert_eq!(directory.read_text("edge", limit).unwrap_err().code(), "file-too-large");
    }
}

#[test]
fn a_sparse_file_beyond_all_memory_is_refused_without_reading_it() {
    let (temporary, directory) = project();
    fs::File::create(root(&temporary).join("SOUL.md")).unwrap().set_len(1 << 40).unwrap();
    let error = directory.read_text("SOUL.md", 1024 * 1024).unwrap_err();
    assert_eq!(error.to_string(), "`SOUL.md` is larger than 1 MiB");
}

#[test]
fn what_leaves_the_project_is_refused_with_the_path_as_written() {
    let (temporary, directory) = project();
    let outside = temporary.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("x.md"), "text").unwrap();
    symlink(&outside, root(&temporary).join("link")).unwrap();
    symlink("../outside/x.md", root(&temporary).join("x.md")).unwrap();
    let absolute = outside.join("x.md").display().to_string();
    for path in ["../outside/x.md", "link/x.md", "x.md", "link/none.md", &absolute, "/etc/passwd", "../none"] {
        let error = directory.read_text(path, LIMIT).unwrap_err();
        assert_eq!(error, ReadError::Outside { path: path.to_owned() }, "{path}");
        assert_eq!(directory.kind(path).unwrap_err(), error);
    }
    assert_eq!(directory.list("link").unwrap_err().code(), "outside-project");
    let message = directory.read_text("x.md", LIMIT).unwrap_err().to_string();
    assert!(!message.contains(temporary.path().to_str().unwrap()));
}

#[test]
fn symlinks_within_the_project_are_followed_also_out_of_their_directory() {
    let (temporary, directory) = project();
    fs::create_dir_all(root(&temporary).join("agents/a")).unwrap();
    fs::write(root(&temporary).join("shared.md"), "text").unwrap();
    symlink("../../shared.md", root(&temporary).join("agents/a/SOUL.md")).unwrap();
    assert_eq!(directory.read_text("agents/a/SOUL.md", LIMIT), Ok(Some("text".to_owned())));
}

#[test]
fn allowed_directories_widen_the_project_and_nothing_else() {
    let (temporary, _) = project();
    let (allowed, other) = (temporary.path().join("allowed"), temporary.path().join("other"));
    for outside in [&allowed, &other] {
        fs::create_dir(outside).unwrap();
        fs::write(outside.join("x.md"), "text").unwrap();
    }
    symlink(&other, allowed.join("other")).unwrap();
    symlink(&allowed, root(&temporary).join("link")).unwrap();
    let directory = ProjectDirectory::open(&root(&temporary), &[temporary.path().join("none"), allowed.clone()]);
    assert!(matches!(directory, Err(OpenError::Missing { .. })));
    let directory = ProjectDirectory::open(&root(&temporary), std::slice::from_ref(&allowed)).unwrap();
    let absolute = allowed.join("x.md").display().to_string();
    for path in ["../allowed/x.md", "link/x.md", &absolute] {
        assert_eq!(directory.read_text(path, LIMIT), Ok(Some("text".to_owned())), "{path}");
    }
    assert_eq!(directory.read_text("../allowed/none/none.md", LIMIT), Ok(None));
    assert_eq!(directory.list("link").unwrap().unwrap().entries.len(), 2);
    for path in ["../other/x.md", "../allowed/other/x.md", "../allowed/../other/x.md", "../none"] {
        let error = directory.read_text(path, LIMIT).unwrap_err();
        assert_eq!(error, ReadError::Outside { path: path.to_owned() }, "{path}");
    }
}

#[test]
fn a_fifo_neither_blocks_nor_is_read() {
    let (temporary, directory) = project();
    make_fifo(&root(&temporary).join("SOUL.md"));
    let error = directory.read_text("SOUL.md", LIMIT).unwrap_err();
    assert_eq!(error.to_string(), "`SOUL.md` is a named pipe, not a regular file");
}

#[test]
fn directories_and_sockets_are_not_read() {
    let (temporary, directory) = project();
    fs::create_dir(root(&temporary).join("x.md")).unwrap();
    let error = directory.read_text("x.md", LIMIT).unwrap_err();
    assert_eq!(error, ReadError::NotARegularFile { path: "x.md".to_owned(), found: FileKind::Directory });
    let _listener = std::os::unix::net::UnixListener::bind(root(&temporary).join("s.md")).unwrap();
    let error = directory.read_text("s.md", LIMIT).unwrap_err();
    assert_eq!(error, ReadError::NotARegularFile { path: "s.md".to_owned(), found: FileKind::Socket });
}

#[test]
fn devices_are_not_read() {
    let (temporary, _) = project();
    let directory = ProjectDirectory::open(&root(&temporary), &[Path::new("/dev").to_owned()]).unwrap();
    let error = directory.read_text("/dev/zero", LIMIT).unwrap_err();
    assert_eq!(error, ReadError::NotARegularFile { path: "/dev/zero".to_owned(), found: FileKind::Device });
}

#[test]
fn symlinks_that_never_end_or_end_nowhere_are_told_apart() {
    let (temporary, directory) = project();
    symlink("b.md", root(&temporary).join("a.md")).unwrap();
    symlink("a.md", root(&temporary).join("b.md")).unwrap();
    symlink("nowhere", root(&temporary).join("c.md")).unwrap();
    assert_eq!(directory.read_text("a.md", LIMIT).unwrap_err(), ReadError::SymlinkLoop { path: "a.md".to_owned() });
    assert_eq!(directory.read_text("c.md", LIMIT).unwrap_err(), ReadError::DanglingSymlink { path: "c.md".to_owned() });
}

#[test]
fn text_that_is_not_utf8_is_refused_with_its_line() {
    let (temporary, directory) = project();
    fs::write(root(&temporary).join("x.md"), b"one\ntwo\nth\xFFree\n").unwrap();
    let error = directory.read_text("x.md", LIMIT).unwrap_err();
    assert_eq!(error, ReadError::NotUtf8 { path: "x.md".to_owned(), line: 3 });
    assert_eq!(directory.read_secret_text("x.md", LIMIT).unwrap_err(), error);
    assert_eq!(error.diagnostic(Family::Agents).position.unwrap().line, 3);
}

#[test]
fn names_that_are_not_utf8_are_told() {
    let (temporary, directory) = project();
    fs::create_dir(root(&temporary).join("skills")).unwrap();
    fs::write(root(&temporary).join("skills").join(std::ffi::OsStr::from_bytes(b"\xFF.md")), "").unwrap();
    fs::write(root(&temporary).join("skills/a.md"), "").unwrap();
    let Listing { entries, problems } = directory.list("skills").unwrap().unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(problems, [ReadError::NameNotUtf8 { directory: "skills".to_owned() }]);
}

#[test]
fn listings_follow_symlinks_and_name_what_stands_in_the_way() {
    let (temporary, directory) = project();
    let skills = root(&temporary).join("skills");
    fs::create_dir_all(skills.join("d")).unwrap();
    symlink("d", skills.join("e")).unwrap();
    symlink("..", skills.join("up")).unwrap();
    symlink("../..", skills.join("out")).unwrap();
    symlink("loop", skills.join("loop")).unwrap();
    symlink("none", skills.join("nowhere")).unwrap();
    make_fifo(&skills.join("pipe"));
    let Listing { entries, .. } = directory.list("skills").unwrap().unwrap();
    let shown: Vec<String> = entries
        .iter()
        .map(|entry| match &entry.kind {
            Ok(kind) => format!("{} {kind:?}", entry.name),
            Err(error) => format!("{} {}", entry.name, error.code()),
        })
        .collect();
    assert_eq!(
        shown,
        [
            "d Directory",
            "e Directory",
            "loop symlink-loop",
            "nowhere dangling-symlink",
            "out outside-project",
            "pipe Other",
            "up Directory"
        ]
    );
    assert_eq!(directory.list("none"), Ok(None));
    assert_eq!(directory.list("lobu.toml").unwrap_err().code(), "not-a-directory");
}

#[test]
fn the_number_of_files_is_limited() {
    let (temporary, directory) = project();
    let directory = directory.with_limits(Limits { files: 2, ..Limits::default() });
    for name in ["a", "b", "c"] {
        fs::write(root(&temporary).join(name), "").unwrap();
    }
    assert!(directory.read_text("a", LIMIT).is_ok());
    assert_eq!(directory.read_text("none", LIMIT), Ok(None));
    assert!(directory.read_text("b", LIMIT).is_ok());
    assert_eq!(directory.read_text("c", LIMIT), Err(ReadError::TooManyFiles { limit: 2 }));
    assert_eq!(directory.list(".").unwrap_err().code(), "too-many-files");
}

#[test]
fn a_file_that_may_not_be_read_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let (temporary, directory) = project();
    let path = root(&temporary).join("x.md");
    fs::write(&path, "text").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    // Root reads everything.
    if fs::File::open(&path).is_err() {
        assert_eq!(directory.read_text("x.md", LIMIT).unwrap_err().code(), "unreadable");
    }
    assert_eq!(directory.read_text("a\0b", LIMIT).unwrap_err().code(), "unreadable");
}

#[test]
fn a_project_is_searched_upwards() {
    let (temporary, _) = project();
    let deep = root(&temporary).join("agents/a");
    fs::create_dir_all(&deep).unwrap();
    let found = ProjectDirectory::find(&deep, &[]).unwrap();
    assert_eq!(found.location(), root(&temporary));
    let error = ProjectDirectory::find(temporary.path(), &[]).unwrap_err();
    assert!(matches!(error, OpenError::NoProject { .. }), "{error}");
}

#[test]
fn a_project_directory_that_is_none_is_told() {
    let (temporary, _) = project();
    let missing = ProjectDirectory::open(&temporary.path().join("none"), &[]).unwrap_err();
    assert!(missing.to_string().ends_with("none` does not exist"));
    let file = ProjectDirectory::open(&root(&temporary).join("lobu.toml"), &[]).unwrap_err();
    assert!(file.to_string().ends_with("is not a directory"));
}

use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};

use super::scene::{Scene, names};
use crate::project::directory::{Expected, ProjectDirectory};

#[test]
fn new_files_are_made_with_the_directories_above_them() {
    let scene = Scene::new();
    scene.put("plain/x.md", "");
    for path in ["SOUL.md", "agents/a/SOUL.md", "./agents//b/skills/x.md", "plain/y.md"] {
        let before = scene.tree();
        assert_eq!(scene.directory.check_writable(path), Ok(()), "{path}");
        assert_eq!(scene.tree(), before, "a look touches nothing");
        assert_eq!(scene.create(path, "new"), Ok(()), "{path}");
        assert_eq!(scene.text(path), "new");
        assert_eq!(scene.directory.check_writable(path), Ok(()), "{path}");
        assert_eq!(scene.mode(path), scene.mode("plain/x.md"), "as the mask says");
    }
    assert_eq!(scene.mode("agents/a"), scene.mode("plain"));
    assert_eq!(names(&scene.path("")), ["SOUL.md", "agents", "plain"]);
    assert_eq!(names(&scene.path("agents/a")), ["SOUL.md"]);
    assert_eq!(scene.create("empty", ""), Ok(()));
    assert_eq!(scene.text("empty"), "");
}

#[test]
fn a_file_is_replaced_and_keeps_its_mode() {
    let scene = Scene::new();
    scene.put("x.md", "old");
    for (mode, kept) in [(0o644, 0o644), (0o600, 0o600), (0o777, 0o777), (0o620, 0o620), (0o4755, 0o755)] {
        scene.set_mode("x.md", mode);
        assert_eq!(scene.replace("x.md", "old", "new"), Ok(()));
        assert_eq!((scene.text("x.md").as_str(), scene.mode("x.md")), ("new", kept));
        scene.replace("x.md", "new", "old").unwrap();
    }
    assert_eq!(names(&scene.path("")), ["x.md"]);
}

#[test]
fn a_file_stays_with_its_owner() {
    let scene = Scene::new();
    scene.put("x.md", "old");
    // Only the administrator may give a file away.
    if std::os::unix::fs::chown(scene.path("x.md"), Some(1234), Some(4321)).is_err() {
        return;
    }
    scene.replace("x.md", "old", "new").unwrap();
    let metadata = fs::metadata(scene.path("x.md")).unwrap();
    assert_eq!((metadata.uid(), metadata.gid()), (1234, 4321));
}

#[test]
fn a_file_that_is_right_already_is_not_touched() {
    let scene = Scene::new();
    scene.put("a/x.md", "same");
    let before = scene.tree();
    assert_eq!(scene.replace("a/x.md", "same", "same"), Ok(()));
    assert_eq!(scene.tree(), before);
    // Nothing has to be written, so whether it could be does not matter.
    scene.set_mode("a/x.md", 0o444);
    assert_eq!(scene.replace("a/x.md", "same", "same"), Ok(()));
}

#[test]
fn a_symlink_that_stays_inside_is_written_through() {
    let scene = Scene::new();
    scene.put("shared/x.md", "old");
    scene.put("agents/a/y.md", "");
    symlink("../../shared/x.md", scene.path("agents/a/SOUL.md")).unwrap();
    symlink("agents/a/SOUL.md", scene.path("twice.md")).unwrap();
    symlink("shared", scene.path("directory")).unwrap();
    for path in ["agents/a/SOUL.md", "twice.md", "directory/x.md"] {
        assert_eq!(scene.directory.check_writable(path), Ok(()), "{path}");
        assert_eq!(scene.replace(path, "old", "new"), Ok(()), "{path}");
        assert_eq!(scene.text("shared/x.md"), "new");
        scene.replace(path, "new", "old").unwrap();
    }
    assert_eq!(scene.create("directory/deep/z.md", "new"), Ok(()));
    assert_eq!(scene.text("shared/deep/z.md"), "new");
    for link in ["agents/a/SOUL.md", "twice.md", "directory"] {
        assert!(fs::symlink_metadata(scene.path(link)).unwrap().is_symlink(), "{link}");
    }
    assert_eq!(names(&scene.path("shared")), ["deep", "x.md"]);
}

#[test]
fn a_failure_leaves_nothing_behind() {
    let scene = Scene::new();
    // Names of 255 bytes are allowed, and names beside such a one are not.
    let (longest, longer) = ("x".repeat(255), "x".repeat(256));
    assert_eq!(scene.create(&longest, "old"), Ok(()));
    let before = names(&scene.path(""));
    for path in [longer.as_str(), &format!("new/{longer}"), &format!("new/{longer}/x.md"), "a\0b", "new/a\0b"] {
        let error = scene.create(path, "new").unwrap_err();
        assert_eq!(error.code(), "unwritable", "{path}");
    }
    assert_eq!(scene.replace(&longest, "old", "new").unwrap_err().code(), "unwritable");
    assert_eq!((names(&scene.path("")), scene.text(&longest).as_str()), (before, "old"));
}

#[test]
fn directories_that_were_made_in_vain_go_away_unless_another_run_uses_them() {
    let scene = Scene::new();
    let place = scene.directory.locate("a/b/c/x.md").unwrap();
    drop(scene.directory.make_directories("a/b/c/x.md", &place, Expected::Nothing).unwrap());
    assert_eq!(names(&scene.path("")), [""; 0]);
    let made = scene.directory.make_directories("a/b/c/x.md", &place, Expected::Nothing).unwrap();
    scene.put("a/y.md", "theirs");
    drop(made);
    assert_eq!(names(&scene.path("a")), ["y.md"]);
}

#[test]
fn what_killed_processes_left_is_swept_and_nothing_else() {
    let scene = Scene::new();
    for name in ["x.md", "x.md.4711.0.tmp", "x.md.4711.1.tmp", "y.md.4711.0.tmp", "x.md.tmp"] {
        scene.put(name, "old");
    }
    scene.replace("x.md", "old", "old").unwrap();
    assert_eq!(names(&scene.path("")).len(), 5, "nothing was written");
    scene.replace("x.md", "old", "new").unwrap();
    assert_eq!(names(&scene.path("")), ["x.md", "x.md.tmp", "y.md.4711.0.tmp"]);
}

#[test]
fn the_other_names_of_a_file_keep_the_old_text() {
    let scene = Scene::new();
    scene.put("x.md", "old");
    fs::hard_link(scene.path("x.md"), scene.path("y.md")).unwrap();
    scene.replace("x.md", "old", "new").unwrap();
    assert_eq!((scene.text("x.md").as_str(), scene.text("y.md").as_str()), ("new", "old"));
}

#[test]
fn a_file_is_removed_and_of_a_symlink_the_link() {
    let scene = Scene::new();
    scene.put("a/x.md", "old");
    scene.put("shared.md", "old");
    symlink("../shared.md", scene.path("a/link.md")).unwrap();
    for path in ["a/x.md", "a/link.md"] {
        assert_eq!(scene.directory.remove_file(path, "odd").unwrap_err().code(), "file-changed");
        assert_eq!(scene.directory.remove_file(path, "old"), Ok(()), "{path}");
        assert_eq!(scene.directory.remove_file(path, "old").unwrap_err().code(), "file-changed");
    }
    assert_eq!((names(&scene.path("a")), scene.text("shared.md").as_str()), (Vec::new(), "old"));
}

#[test]
fn no_change_of_several_runs_is_lost_and_no_reader_sees_half_a_file() {
    const EACH: usize = 25;
    let scene = Scene::new();
    let text = |number: usize| format!("{number:04}\n").repeat(2000);
    scene.put("x.md", &text(0));
    let count = |old: &str| old.lines().next().unwrap().parse::<usize>().unwrap();
    let add = || {
        let directory = ProjectDirectory::open(&scene.path(""), &[]).unwrap();
        for _ in 0..EACH {
            loop {
                let old = fs::read_to_string(scene.path("x.md")).unwrap();
                assert_eq!(old, text(count(&old)));
                match directory.write_file("x.md", Expected::Text(&old), &text(count(&old) + 1)) {
                    Ok(()) => break,
                    Err(error) => assert_eq!(error.code(), "file-changed"),
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(add);
        }
    });
    assert_eq!(scene.text("x.md"), text(4 * EACH));
    assert_eq!(names(&scene.path("")), ["x.md"]);
}

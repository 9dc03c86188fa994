use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};

use super::test_project::{TestProject, names};
use crate::project::directory::{Expected, ProjectDirectory};

#[test]
fn new_files_are_made_with_the_directories_above_them() {
    let project = TestProject::new();
    project.put("plain/x.md", "");
    for path in ["SOUL.md", "agents/a/SOUL.md", "./agents//b/skills/x.md", "plain/y.md"] {
        let before = project.tree();
        assert_eq!(project.directory.check_writable(path), Ok(()), "{path}");
        assert_eq!(project.tree(), before, "a look touches nothing");
        assert_eq!(project.create(path, "new"), Ok(()), "{path}");
        assert_eq!(project.text(path), "new");
        assert_eq!(project.directory.check_writable(path), Ok(()), "{path}");
        assert_eq!(project.mode(path), project.mode("plain/x.md"), "as the mask says");
    }
    assert_eq!(project.mode("agents/a"), project.mode("plain"));
    assert_eq!(names(&project.path("")), ["SOUL.md", "agents", "plain"]);
    assert_eq!(names(&project.path("agents/a")), ["SOUL.md"]);
    assert_eq!(project.create("empty", ""), Ok(()));
    assert_eq!(project.text("empty"), "");
}

#[test]
fn a_file_is_replaced_and_keeps_its_mode() {
    let project = TestProject::new();
    project.put("x.md", "old");
    for (mode, kept) in [(0o644, 0o644), (0o600, 0o600), (0o777, 0o777), (0o620, 0o620), (0o4755, 0o755)] {
        project.set_mode("x.md", mode);
        assert_eq!(project.replace("x.md", "old", "new"), Ok(()));
        assert_eq!((project.text("x.md").as_str(), project.mode("x.md")), ("new", kept));
        project.replace("x.md", "new", "old").unwrap();
    }
    assert_eq!(names(&project.path("")), ["x.md"]);
}

#[test]
fn a_file_stays_with_its_owner() {
    let project = TestProject::new();
    project.put("x.md", "old");
    // Only the administrator may give a file away.
    if std::os::unix::fs::chown(project.path("x.md"), Some(1234), Some(4321)).is_err() {
        return;
    }
    project.replace("x.md", "old", "new").unwrap();
    let metadata = fs::metadata(project.path("x.md")).unwrap();
    assert_eq!((metadata.uid(), metadata.gid()), (1234, 4321));
}

#[test]
fn a_file_that_is_right_already_is_not_touched() {
    let project = TestProject::new();
    project.put("a/x.md", "same");
    let before = project.tree();
    assert_eq!(project.replace("a/x.md", "same", "same"), Ok(()));
    assert_eq!(project.tree(), before);
    // Nothing has to be written, so whether it could be does not matter.
    project.set_mode("a/x.md", 0o444);
    assert_eq!(project.replace("a/x.md", "same", "same"), Ok(()));
}

#[test]
fn a_symlink_that_stays_inside_is_written_through() {
    let project = TestProject::new();
    project.put("shared/x.md", "old");
    project.put("agents/a/y.md", "");
    symlink("../../shared/x.md", project.path("agents/a/SOUL.md")).unwrap();
    symlink("agents/a/SOUL.md", project.path("twice.md")).unwrap();
    symlink("shared", project.path("directory")).unwrap();
    for path in ["agents/a/SOUL.md", "twice.md", "directory/x.md"] {
        assert_eq!(project.directory.check_writable(path), Ok(()), "{path}");
        assert_eq!(project.replace(path, "old", "new"), Ok(()), "{path}");
        assert_eq!(project.text("shared/x.md"), "new");
        project.replace(path, "new", "old").unwrap();
    }
    assert_eq!(project.create("directory/deep/z.md", "new"), Ok(()));
    assert_eq!(project.text("shared/deep/z.md"), "new");
    for link in ["agents/a/SOUL.md", "twice.md", "directory"] {
        assert!(fs::symlink_metadata(project.path(link)).unwrap().is_symlink(), "{link}");
    }
    assert_eq!(names(&project.path("shared")), ["deep", "x.md"]);
}

#[test]
fn a_failure_leaves_nothing_behind() {
    let project = TestProject::new();
    // Names of 255 bytes are allowed, and names beside such a one are not.
    let (longest, longer) = ("x".repeat(255), "x".repeat(256));
    assert_eq!(project.create(&longest, "old"), Ok(()));
    let before = names(&project.path(""));
    for path in [longer.as_str(), &format!("new/{longer}"), &format!("new/{longer}/x.md"), "a\0b", "new/a\0b"] {
        let error = project.create(path, "new").unwrap_err();
        assert_eq!(error.code(), "unwritable", "{path}");
    }
    assert_eq!(project.replace(&longest, "old", "new").unwrap_err().code(), "unwritable");
    assert_eq!((names(&project.path("")), project.text(&longest).as_str()), (before, "old"));
}

#[test]
fn directories_that_were_made_in_vain_go_away_unless_another_run_uses_them() {
    let project = TestProject::new();
    let place = project.directory.locate("a/b/c/x.md").unwrap();
    drop(project.directory.make_directories("a/b/c/x.md", &place, Expected::Nothing).unwrap());
    assert_eq!(names(&project.path("")), [""; 0]);
    let made = project.directory.make_directories("a/b/c/x.md", &place, Expected::Nothing).unwrap();
    project.put("a/y.md", "theirs");
    drop(made);
    assert_eq!(names(&project.path("a")), ["y.md"]);
}

#[test]
fn what_killed_processes_left_is_swept_and_nothing_else() {
    let project = TestProject::new();
    for name in ["x.md", "x.md.4711.0.tmp", "x.md.4711.1.tmp", "y.md.4711.0.tmp", "x.md.tmp"] {
        project.put(name, "old");
    }
    project.replace("x.md", "old", "old").unwrap();
    assert_eq!(names(&project.path("")).len(), 5, "nothing was written");
    project.replace("x.md", "old", "new").unwrap();
    assert_eq!(names(&project.path("")), ["x.md", "x.md.tmp", "y.md.4711.0.tmp"]);
}

#[test]
fn the_other_names_of_a_file_keep_the_old_text() {
    let project = TestProject::new();
    project.put("x.md", "old");
    fs::hard_link(project.path("x.md"), project.path("y.md")).unwrap();
    project.replace("x.md", "old", "new").unwrap();
    assert_eq!((project.text("x.md").as_str(), project.text("y.md").as_str()), ("new", "old"));
}

#[test]
fn a_file_is_removed_and_of_a_symlink_the_link() {
    let project = TestProject::new();
    project.put("a/x.md", "old");
    project.put("shared.md", "old");
    symlink("../shared.md", project.path("a/link.md")).unwrap();
    for path in ["a/x.md", "a/link.md"] {
        assert_eq!(project.directory.remove_file(path, "odd").unwrap_err().code(), "file-changed");
        assert_eq!(project.directory.remove_file(path, "old"), Ok(()), "{path}");
        assert_eq!(project.directory.remove_file(path, "old").unwrap_err().code(), "file-changed");
    }
    assert_eq!((names(&project.path("a")), project.text("shared.md").as_str()), (Vec::new(), "old"));
}

#[test]
fn no_change_of_several_runs_is_lost_and_no_reader_sees_half_a_file() {
    const EACH: usize = 25;
    let project = TestProject::new();
    let text = |number: usize| format!("{number:04}\n").repeat(2000);
    project.put("x.md", &text(0));
    let count = |old: &str| old.lines().next().unwrap().parse::<usize>().unwrap();
    let add = || {
        let directory = ProjectDirectory::open(&project.path(""), &[]).unwrap();
        for _ in 0..EACH {
            loop {
                let old = fs::read_to_string(project.path("x.md")).unwrap();
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
    assert_eq!(project.text("x.md"), text(4 * EACH));
    assert_eq!(names(&project.path("")), ["x.md"]);
}

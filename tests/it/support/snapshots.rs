//! Snapshots that are too long to stand in a test: files of `snapshots/`, each named by the test that writes it.

/// Compares a text with `snapshots/NAME.snap`. The name is a literal, so that `layout` can tell which files are used.
macro_rules! assert_snapshot_file {
    ($name:literal, $text:expr) => {{
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
        settings.set_prepend_module_to_snapshot(false);
        settings.bind(|| insta::assert_snapshot!($name, $text));
    }};
}

pub(crate) use assert_snapshot_file;

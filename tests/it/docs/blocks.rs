use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// One rewriting at a time: a page has several marks.
static WRITING: Mutex<()> = Mutex::new(());

/// The path of a file of this repository.
pub(super) fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A file's text.
#[track_caller]
pub(super) fn text(path: &str) -> String {
    fs::read_to_string(file(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[expect(clippy::disallowed_methods, reason = "a switch of the tests themselves, which the program never reads")]
pub(super) fn is_update() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some_and(|value| !value.is_empty())
}

/// Holds the part of a page between the marks of a name to what the code says.
#[track_caller]
pub(super) fn hold(page: &str, name: &str, generated: &str) {
    let _writing = WRITING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let (begin, end) = (format!("<!-- begin: {name} -->\n"), format!("<!-- end: {name} -->"));
    let found = text(page);
    let (before, rest) = found.split_once(&begin).unwrap_or_else(|| panic!("{page} has no mark {begin}"));
    let (old, after) = rest.split_once(&end).unwrap_or_else(|| panic!("{page} has no mark {end}"));
    let new = format!("\n{}\n\n", generated.trim());
    if old == new {
        return;
    }
    assert!(is_update(), "{page} is out of date in `{name}`; UPDATE_DOCS=1 cargo test --test it docs\n{new}");
    fs::write(file(page), format!("{before}{begin}{new}{end}{after}")).expect("the page can be written");
}

/// Holds a whole file to what the code says.
#[track_caller]
pub(super) fn hold_whole(page: &str, generated: &str) {
    if fs::read_to_string(file(page)).is_ok_and(|old| old == generated) {
        return;
    }
    assert!(is_update(), "{page} is out of date; UPDATE_DOCS=1 cargo test --test it docs\n{generated}");
    fs::write(file(page), generated).expect("the page can be written");
}

/// A Markdown table.
pub(super) fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells
            .iter()
            .map(|cell| cell.replace('|', "\\|").split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let mut table = line(&head.map(str::to_owned));
    table.push_str(&line(&vec!["---".to_owned(); N]));
    for row in rows {
        table.push_str(&line(&row));
    }
    table
}

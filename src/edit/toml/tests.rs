mod arrays;
mod blocks;
mod inserted;
mod lists;
mod random;
mod values;
mod work;

use super::Toml;
use crate::edit::{Change, Content, Location, NodePath, Refusal, apply_edits};
use crate::model::Number;

fn number(value: i64) -> Content {
    Content::Number(Number::from_i64(value).unwrap())
}
fn text(value: &str) -> Content {
    Content::text(value)
}
fn table<const N: usize>(members: [(&str, Content); N]) -> Content {
    Content::Table(members.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
}
fn list<const N: usize>(items: [Content; N]) -> Content {
    Content::List(items.into())
}
/// `a.b[0].c`
fn place(path: &str) -> NodePath {
    let mut place = NodePath::root();
    for part in path.split('.') {
        let mut pieces = part.split('[');
        let key = pieces.next().unwrap();
        place = place.key(key);
        for element in pieces {
            place = place.element(element.trim_end_matches(']').parse().unwrap());
        }
    }
    place
}
fn set(path: &str, value: Content) -> Change {
    Change::set(place(path), value)
}
fn remove(path: &str) -> Change {
    Change::remove(place(path))
}
fn append<const N: usize>(path: &str, members: [(&str, Content); N]) -> Change {
    Change::append(place(path), table(members))
}
fn reorder(path: &str, order: &[usize]) -> Change {
    Change::reorder(place(path), order.to_vec())
}

/// The text after changes, which have to be possible.
#[track_caller]
fn patched(before: &str, changes: &[Change]) -> String {
    let edits = Toml::parse(before).expect("it is TOML").edits(changes).expect("it can be patched");
    apply_edits(before, &edits)
}

/// Why changes are not possible.
#[track_caller]
fn refused(before: &str, changes: &[Change]) -> (Refusal, NodePath) {
    let error = Toml::parse(before).expect("it is TOML").edits(changes).expect_err("it can't be patched");
    let Location::Path(path) = error.location else { panic!("{error:?} has no path") };
    (error.refusal, path)
}

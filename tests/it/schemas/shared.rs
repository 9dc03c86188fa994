//! Real projects, read in place.

use std::path::Path;

use super::files::{Held, hold};

fn held(corpus: &str) -> Held {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(corpus);
    let mut held = Held::default();
    for entry in std::fs::read_dir(&root).unwrap_or_else(|_| panic!("no ../shared/{corpus}")) {
        let path = entry.expect("an entry can be read").path();
        if path.join("lobu.toml").is_file() {
            hold(&path, &mut held);
        }
    }
    held
}

#[test]
#[ignore = "needs ../shared"]
fn the_projects_of_the_first_generation_are_accepted() {
    let held = held("corpus");
    assert_eq!(held.lobu_toml, 8);
    assert!(held.models > 50, "{held:?}");
}

#[test]
#[ignore = "needs ../shared"]
fn the_projects_of_the_second_generation_are_accepted() {
    let held = held("corpus-2");
    assert_eq!(held.lobu_toml, 2);
    assert!(held.models > 1, "{held:?}");
}

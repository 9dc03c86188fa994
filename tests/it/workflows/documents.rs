//! Workflows as data.

use std::path::Path;

use lobu::edit::yaml::{Data, Node, YamlLimits, read};
use serde_json::{Map, Value as Json};

/// A file of this repository.
#[track_caller]
pub(super) fn file(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names and texts of the templates.
pub(super) fn templates() -> Vec<(String, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/github");
    let entries = std::fs::read_dir(directory).expect("a directory");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), file(&format!("templates/github/{name}")))).collect()
}

/// A YAML text of one document, whose scalars stay texts.
#[track_caller]
pub(super) fn workflow(text: &str) -> Json {
    let stream = read(text, &YamlLimits::DEFAULT);
    assert!(stream.problems.is_empty(), "{text}");
    let [document] = stream.documents.as_slice() else { panic!("one document: {text}") };
    json(&document.root)
}

fn json(node: &Node) -> Json {
    match &node.data {
        Data::Null | Data::Other(_) => Json::Null,
        Data::Bool(truth) => (*truth).into(),
        Data::Number(number) => number.as_i64().map_or_else(|| number.as_f64().into(), Into::into),
        Data::Text(text) => text.as_str().into(),
        Data::List(elements) => elements.iter().map(json).collect(),
        Data::Map(map) => {
            let members = map.entries().iter().map(|entry| (entry.name().to_owned(), json(&entry.value)));
            Json::Object(members.collect())
        }
    }
}

/// The members of a mapping; none of anything else.
pub(super) fn members(value: &Json) -> impl Iterator<Item = (&String, &Json)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

/// The steps of a job.
pub(super) fn steps(job: &Json) -> &[Json] {
    job["steps"].as_array().map_or(&[], Vec::as_slice)
}

/// The step of that name.
#[track_caller]
pub(super) fn step<'job>(job: &'job Json, name: &str) -> &'job Json {
    steps(job).iter().find(|step| step["name"] == name).unwrap_or_else(|| panic!("no step {name}: {job}"))
}

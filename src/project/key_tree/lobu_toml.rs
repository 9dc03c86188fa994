use crate::project::config::keys::{JUDGED_DOMAIN, ROOT};
use crate::schema::{Owner, Schema};

use super::Node;
use super::fields::Fields;
use super::overlay;

/// The keys of lobu.toml.
pub fn lobu_toml(schema: &Schema) -> Node {
    let mut root = Node::table("", &ROOT, "A project");
    let in_other_files: Vec<&str> = schema.prompts().map(|prompt| prompt.file).collect();
    for kind in schema.kinds() {
        let before: &[&'static str] = match kind.owner {
            Owner::SameId => &["agents", "<id>"],
            Owner::FirstPart => &["agents", "<id>", kind.table().plural, "[]"],
            Owner::Org => continue,
        };
        for field in kind.table().fields.iter().filter(|field| !in_other_files.contains(&field.file)) {
            let mut fields =
                Fields { root: &mut root, kind, judged: Some(&JUDGED_DOMAIN), steps: &|file| steps(before, file) };
            fields.put(field, field.name, false);
        }
    }
    overlay::add(&mut root, schema);
    root
}

/// The steps to a place of lobu.toml; none for what another file has, or none.
fn steps(before: &[&'static str], file: &'static str) -> Option<Vec<&'static str>> {
    if file.is_empty() || file.contains('/') {
        return None;
    }
    let mut steps = before.to_vec();
    for step in file.split('.') {
        match step.strip_suffix("[]") {
            Some(list) => steps.extend([list, "[]"]),
            None => steps.push(step),
        }
    }
    Some(steps)
}

use crate::schema::{Field, Key, Kind, Owner, Schema, Shape, TextForm};

use super::Node;
use super::node::KeyField;

/// The Markdown files of an agent's directory, and of skills.
pub fn agent_directory(schema: &Schema) -> Node {
    let mut root = Node::table("", &[], "The directory of an agent");
    for kind in schema.kinds().filter(|kind| kind.owner == Owner::SameId) {
        texts(&mut root, kind, "", kind.table().fields);
    }
    root
}

/// Adds every field that is a file of its own.
fn texts(root: &mut Node, kind: Kind, before: &str, fields: &'static [Field]) {
    for field in fields {
        let wire = format!("{before}{}", field.name);
        match field.shape {
            Shape::Table(members) => texts(root, kind, &format!("{wire}."), members),
            Shape::Keyed(keyed) => texts(root, kind, &format!("{wire}.<name>."), keyed.entry),
            _ if field.file.rsplit('.').next() == Some("md") => {
                let key = Key::text(field.file, TextForm::Called("Markdown"), field.says).example(field.example);
                let field = KeyField { kind, field, wire, is_guarded: field.guarded };
                root.members.push(Node { field: Some(field), ..Node::of(key) });
            }
            _ => {}
        }
    }
}

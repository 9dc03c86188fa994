use crate::project::skills::keys::{FRONTMATTER, JUDGED_DOMAIN};
use crate::schema::{Field, Kind, Owner, Schema, Shape};

use super::Node;
use super::fields::Fields;

/// The name of what stands in a skill's file, in front of a key of its frontmatter.
const BEFORE: &str = "skills/<name>/SKILL.md: ";

/// The keys of the frontmatter of a `SKILL.md`.
pub fn skill(schema: &Schema) -> Node {
    let mut root = Node::table("skill", &FRONTMATTER, "");
    for kind in schema.kinds().filter(|kind| kind.owner == Owner::SameId) {
        for table in kind.table().fields {
            let Shape::Table(members) = table.shape else { continue };
            for skills in members.iter().filter(|field| field.file == BEFORE.trim_end_matches(": ")) {
                let wire = format!("{}.{}.<name>", table.name, skills.name);
                put(&mut root, kind, skills, &wire);
            }
        }
    }
    root
}

/// Puts the members of an entry of a list of skills.
fn put(root: &mut Node, kind: Kind, skills: &'static Field, wire: &str) {
    let Shape::Keyed(keyed) = skills.shape else { return };
    root.key.says = skills.says;
    for field in keyed.entry {
        let steps = |file: &'static str| Some(file.strip_prefix(BEFORE)?.split('.').collect());
        let mut fields = Fields { root, kind, judged: Some(&JUDGED_DOMAIN), steps: &steps };
        fields.put(field, &format!("{wire}.{}", field.name), false);
    }
}

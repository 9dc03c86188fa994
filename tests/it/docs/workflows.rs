//! The workflows of the guide are the templates.

use super::blocks::{hold, text};

#[test]
fn the_guide_shows_the_templates_as_they_are() {
    for name in ["lobu-plan.yml", "lobu-apply.yml", "lobu-secrets.yml", "lobu-drift.yml", "lobu-targets.yml"] {
        let template = text(&format!("templates/github/{name}"));
        hold("docs/guide/ci.md", name, &format!("```yaml\n{template}```"));
    }
}

use lobu::edit::yaml::{YamlLimits, read};
use lobu::explain::{Absent, Empty, Guide, models_schema, to_json};

use super::project::MODELS;
use super::{FIELDS, SCHEMA};

#[test]
fn its_keys_are_explained() {
    let guide = Guide::of(&SCHEMA);
    for field in &FIELDS {
        let entry = guide.find(&format!("playbooks.{}", field.file)).expect("a key");
        assert_eq!((entry.path(), entry.says()), (format!("playbooks[].{}", field.file), field.says));
        assert_eq!(entry.kept_as(), Some(("playbook", field.name)));
    }
    let facts = |key: &str| {
        let entry = guide.find(&format!("playbooks.{key}")).expect("a key");
        (entry.absent(), entry.empty(), entry.is_guarded())
    };
    assert_eq!(facts("title"), (Absent::Error, Empty::Error, false));
    assert_eq!(facts("summary"), (Absent::Kept, Empty::Clears("\"\""), true));
    assert_eq!(facts("steps"), (Absent::Kept, Empty::Clears("[]"), false));
    assert_eq!(facts("tone"), (Absent::Kept, Empty::None, false));
    assert_eq!(guide.find("playbooks.tone").expect("a key").words(), ["calm", "brisk"]);
}

#[test]
fn editors_know_its_keys() {
    let schema = jsonschema::draft7::new(&models_schema(&SCHEMA)).expect("a schema");
    let is_valid = |text: &str| {
        let stream = read(text, &YamlLimits::DEFAULT);
        stream.documents.iter().all(|document| schema.is_valid(&to_json(&document.root)))
    };
    assert!(is_valid(MODELS));
    for (right, wrong) in [
        ("title: Survey", "titel: Survey"),
        ("tone: brisk", "tone: loud"),
        ("enabled: true", "enabled: 1"),
        ("from: ticket", "form: ticket"),
    ] {
        assert!(MODELS.contains(right) && !is_valid(&MODELS.replacen(right, wrong, 1)), "{wrong}");
    }
}

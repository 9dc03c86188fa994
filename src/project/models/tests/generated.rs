//! Models that nobody would write.

use proptest::prelude::*;

use super::*;

/// JSON that looks like a schema.
fn schema() -> impl Strategy<Value = serde_json::Value> {
    let words =
        ["string", "object", "#", "#/properties/a", "(", "^a+$", "https://json-schema.org/draft/2020-12/schema", "x"];
    let leaf = prop_oneof![
        any::<bool>().prop_map(serde_json::Value::from),
        (-2i64..5).prop_map(serde_json::Value::from),
        proptest::sample::select(words.to_vec()).prop_map(serde_json::Value::from),
    ];
    let keys = [
        "type",
        "properties",
        "items",
        "$ref",
        "$id",
        "$defs",
        "a",
        "pattern",
        "required",
        "anyOf",
        "not",
        "enum",
        "const",
        "$schema",
        "format",
        "minimum",
        "patternProperties",
        "$dynamicRef",
        "$anchor",
        "additionalProperties",
        "if",
    ];
    leaf.prop_recursive(4, 32, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            proptest::collection::btree_map(proptest::sample::select(keys.to_vec()), inner, 0..5).prop_map(|members| {
                members
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            }),
        ]
    })
}

proptest! {
    #[test]
    fn arbitrary_schemas_never_panic(schema in schema()) {
        // JSON is YAML.
        read_files(&[("m.yaml", &entity(&format!("metadata_schema: {schema}\n")))]);
    }

    #[test]
    fn arbitrary_models_never_panic(rest in "[a-z_: \\[\\]{}\n0-9~'$-]{0,120}", kind in "entity|relationship") {
        let text = format!("type: {kind}\nslug: a\nname: A\n{rest}");
        let found = read_files(&[("m.yaml", &text)]);
        prop_assert!(found.diagnostics.iter().all(|diagnostic| !diagnostic.code.is_empty()));
    }
}

use super::*;

#[test]
fn the_mapping_of_a_type_is_found_by_its_slug() {
    let yaml =
        parse("a: 1\nentities:\n  - slug: x\n    \"é\": 'y'\n  - {slug: z, n: {m: 1}}\n---\nslug: w\nb:\n  c: 1\n")
            .unwrap();
    let found = [
        ((1, 1), Some((0, at("")))),
        ((1, 4), Some((0, at("")))),
        ((3, 5), Some((0, at("entities[0]")))),
        ((3, 11), Some((0, at("entities[0]")))),
        ((4, 10), Some((0, at("entities[0]")))),
        ((5, 12), Some((0, at("entities[1]")))),
        ((5, 19), Some((0, at("entities[1].n")))),
        ((5, 18), None),
        ((7, 7), Some((1, at("")))),
        ((9, 6), Some((1, at("b")))),
        ((3, 12), None),
        ((99, 1), None),
    ];
    for ((line, column), place) in found {
        assert_eq!(yaml.mapping_at(line, column), place, "{line}:{column}");
    }
    assert_eq!(parse("").unwrap().mapping_at(1, 1), None);
    assert_eq!(parse("\u{FEFF}slug: x").unwrap().mapping_at(1, 7), Some((0, at(""))));
    assert!(parse("a: [").is_none());
}

#[test]
fn a_whole_document_goes_with_its_marker() {
    let without = |text: &str, document: usize| {
        let edit = parse(text).unwrap().without_document(document);
        edit.map(|edit| apply_edits(text, &[edit]))
    };
    let text = "a: 1 # one\n---\n# two\nb: 2\n--- # three\nc: 3\n";
    assert_eq!(without(text, 0).unwrap(), "---\n# two\nb: 2\n--- # three\nc: 3\n");
    assert_eq!(without(text, 1).unwrap(), "a: 1 # one\n--- # three\nc: 3\n");
    assert_eq!(without(text, 2).unwrap(), "a: 1 # one\n---\n# two\nb: 2\n");
    assert_eq!(without(text, 3), None);
    assert_eq!(without("a: 1\n", 0).unwrap(), "");
}

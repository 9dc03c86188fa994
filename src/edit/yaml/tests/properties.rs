use proptest::prelude::*;

use super::random::{RandomChoices, change, content, document, read};
use super::*;
use crate::edit::tests::model::Model;
use crate::edit::yaml::read as stream_of;

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..300)
}

/// What a document means after changes; an empty one is as good as an empty mapping.
fn meant(documents: &[Content], changes: &[Change]) -> Vec<Content> {
    let mut models: Vec<Model> = documents.iter().map(Model::of).collect();
    for (position, model) in models.iter_mut().enumerate() {
        model.apply(changes.iter().filter(|change| change.document == position));
    }
    models.into_iter().map(|model| normal(&model.content())).collect()
}

fn normal(content: &Content) -> Content {
    if *content == Content::Null { Content::Table(Vec::new()) } else { Model::of(content).content() }
}

/// Any changes at all, for texts that may be anything.
fn wild(choices: &mut RandomChoices<'_>) -> Vec<Change> {
    let paths = ["", "a", "a.b", "[0]", "a[0]", "a[0].b", "[1].a", "entities[0].name", "slug", "new", "judges.default"];
    let one = |choices: &mut RandomChoices<'_>| {
        let path = paths[choices.below(paths.len())];
        match choices.below(3) {
            0 => remove(path),
            1 => append(path, content(choices, 0)),
            _ => set(path, content(choices, 0)),
        }
    };
    (0..=choices.below(3)).map(|_| one(choices)).collect()
}

/// What the project can read before, it can read after.
#[track_caller]
fn survives(source: &str, bytes: &[u8]) {
    let Some(yaml) = parse(source) else { return };
    yaml.mapping_at(1, 1);
    let mut choices = RandomChoices(bytes.iter());
    if let Ok(edits) = yaml.edits(&wild(&mut choices)) {
        let after = apply_edits(source, &edits);
        let problems = |text: &str| stream_of(text, &YamlLimits::DEFAULT).problems;
        assert!(!problems(source).is_empty() || problems(&after).is_empty(), "{source}\n{after}");
        assert!(parse(&after).is_some());
    }
}

const SKILL: &str = "\
name: guardrail
description: >-
  Demonstrates the judge. Declares hosts as flat
  allows (fast path), and
  ships two judges.
nixPackages: []
network:
  judge:
    # Only allowed to post. The \"default\" judge decides.
    - .slack.com
    - domain: .example.com
      judge: strict
judges:
  default: |
    Allow only requests that post to a channel.
    Deny uploads.
  strict: |
    Only GET.
";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn random_changes_of_random_documents_mean_what_they_say(bytes in bytes(), more in bytes()) {
        let before = document(&mut RandomChoices(bytes.iter()));
        let documents = read(&before);
        let mut choices = RandomChoices(more.iter());
        let changes: Vec<_> = (0..=choices.below(3)).map(|_| change(&mut choices, &documents)).collect();
        let yaml = parse(&before).unwrap();
        match yaml.edits(&changes) {
            Ok(edits) => {
                let after = apply_edits(&before, &edits);
                let found = read(&after).into_iter().map(|content| normal(&content)).collect::<Vec<_>>();
                let mut wanted = meant(&documents, &changes);
                if found.is_empty() {
                    wanted.retain(|document| *document != Content::Table(Vec::new()));
                }
                prop_assert_eq!(found, wanted, "before:\n{}\nafter:\n{}\n{:?}", before, after, changes);
            }
            Err(error) => {
                let is_expected = matches!(
                    error.refusal,
                    Refusal::Contradiction
                        | Refusal::ElementRemoved
                        | Refusal::NotAList
                        | Refusal::NotATable
                        | Refusal::NoElement(_)
                );
                let is_expected = is_expected && changes.len() > 1;
                prop_assert!(is_expected, "{:?}\nbefore:\n{}\n{:?}", error, before, changes);
            }
        }
    }

    #[test]
    fn what_is_around_a_changed_key_stays(bytes in bytes(), more in bytes()) {
        let before = document(&mut RandomChoices(bytes.iter()));
        let documents = read(&before);
        let change = change(&mut RandomChoices(more.iter()), &documents);
        let Some(Segment::Key(key)) = change.path.segments().first().filter(|_| change.document == 0) else { return Ok(()) };
        let stream = stream_of(&before, &YamlLimits::DEFAULT);
        let entries = stream.documents[0].root.map().unwrap();
        let Some(position) = entries.iter().position(|entry| entry.name() == key) else { return Ok(()) };
        let edits = parse(&before).unwrap().edits(std::slice::from_ref(&change));
        prop_assert!(edits.is_ok(), "{}\n{:?}", before, change);
        let after = apply_edits(&before, &edits.unwrap());
        let lines: Vec<&str> = before.split_inclusive('\n').collect();
        let line = |position: usize| entries[position].spot().line as usize - 1;
        // The break before a key goes with it.
        let head = lines[..line(position)].concat();
        prop_assert!(after.starts_with(head.trim_end_matches(['\n', '\r'])), "{}\n{}\n{:?}", before, after, change);
        if position + 1 < entries.len() {
            let tail = lines[line(position + 1)..].concat();
            prop_assert!(after.ends_with(&tail), "{}\n{}\n{:?}", before, after, change);
        }
    }

    #[test]
    fn a_second_time_there_is_nothing_to_do(bytes in bytes(), more in bytes()) {
        let before = document(&mut RandomChoices(bytes.iter()));
        let documents = read(&before);
        let change = change(&mut RandomChoices(more.iter()), &documents);
        let is_element = |step: &Segment| matches!(step, Segment::Element(_));
        let repeats = match change.action {
            Action::Set(_) => true,
            Action::Remove => !change.path.segments().last().is_some_and(is_element),
            _ => false,
        };
        if !repeats {
            return Ok(());
        }
        let changes = [change];
        let edits = parse(&before).unwrap().edits(&changes);
        prop_assert!(edits.is_ok(), "{}\n{:?}", before, changes);
        let after = apply_edits(&before, &edits.unwrap());
        prop_assert_eq!(parse(&after).unwrap().edits(&changes), Ok(Vec::new()), "{}\n{:?}", after, changes);
    }

    #[test]
    fn arbitrary_texts_never_panic(source in any::<String>(), bytes in bytes()) {
        survives(&source, &bytes);
    }

    #[test]
    fn texts_that_look_like_yaml_never_panic(source in "[-ab: \\n\\r\\[\\]{},&*!|>'\"%?#~0-9.\\té]{0,60}", bytes in bytes()) {
        survives(&source, &bytes);
    }

    #[test]
    fn lines_that_look_like_yaml_never_panic(
        lines in proptest::collection::vec("( {0,4})(- |\\? |: )?(a: |b:|&x |\\*x|!t |'s'|\\[|\\]|\\{|\\}|,|\\||>-|# c|x|---|\\.\\.\\.){0,3}", 0..12),
        bytes in bytes(),
    ) {
        survives(&lines.join("\n"), &bytes);
    }

    #[test]
    fn broken_files_never_panic(
        is_skill in any::<bool>(),
        at in any::<prop::sample::Index>(),
        length in 0_usize..8,
        put in "[-a: \\n\\r\\[\\]{},&*!|>'\"%?#]{0,4}",
        bytes in bytes(),
    ) {
        let characters: Vec<char> = if is_skill { SKILL } else { lists::MODEL }.chars().collect();
        let at = at.index(characters.len());
        let end = (at + length).min(characters.len());
        let source: String = characters[..at].iter().copied().chain(put.chars()).chain(characters[end..].iter().copied()).collect();
        survives(&source, &bytes);
    }
}

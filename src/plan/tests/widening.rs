//! What each field lets an agent do when it changes, as a table.

use std::collections::BTreeMap;

use crate::model::{FieldPath, Text, Value};
use crate::plan::widenings;
use crate::schema::kinds::SETTINGS;

fn list(texts: &[&str]) -> Value {
    Value::known_list(texts.iter().copied())
}

fn map(members: &[(&str, Value)]) -> Value {
    Value::Map(members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect::<BTreeMap<_, _>>())
}

fn judged(domain: &str, judge: &str) -> Value {
    Value::List(vec![map(&[("domain", Value::known(domain)), ("judge", Value::known(judge))])])
}

/// What a change of the settings opens: the words, each with its element.
fn opened(path: &[&str], before: Option<&Value>, after: Option<&Value>) -> Vec<String> {
    let found = widenings(SETTINGS, &FieldPath::of(path.iter().copied()), before, after);
    let word = |widening: &crate::plan::Widening| match &widening.element {
        Some(element) => format!("{} {element}", widening.word),
        None => format!("{} {}", widening.word, widening.path),
    };
    found.iter().map(word).collect()
}

/// A field, what it was and becomes, and what that opens.
type Case = (&'static [&'static str], Option<Value>, Option<Value>, &'static [&'static str]);

#[test]
fn each_kind_of_widening_is_found_and_nothing_else() {
    let text = |text: &str| Value::known(text);
    let server = map(&[("url", text("https://h/mcp")), ("headers", map(&[("X", text("y"))])), ("args", list(&["-y"]))]);
    let table: Vec<Case> = vec![
        (&["networkConfig", "allowedDomains"], None, Some(list(&["a.com", "*"])), &["any-host *"]),
        (&["networkConfig", "allowedDomains"], Some(list(&["*"])), Some(list(&["*", "b.com"])), &[]),
        (&["networkConfig", "allowedDomains"], Some(list(&["*"])), None, &[]),
        (&["networkConfig", "allowedDomains"], None, Some(list(&["*.co.uk"])), &["public-suffix *.co.uk"]),
        (
            &["networkConfig", "allowedDomains"],
            None,
            Some(list(&["169.254.169.254"])),
            &["metadata-address 169.254.169.254"],
        ),
        (&["networkConfig", "deniedDomains"], Some(list(&["x", "y"])), Some(list(&["y", "z"])), &["guard-removed x"]),
        (&["networkConfig", "deniedDomains"], Some(list(&["x"])), None, &["guard-removed x"]),
        (&["networkConfig", "deniedDomains"], None, Some(list(&["x"])), &[]),
        (
            &["networkConfig", "judgedDomains"],
            Some(judged("a.com", "strict")),
            Some(judged("a.com", "lax")),
            &["guard-removed a.com"],
        ),
        (
            &["networkConfig", "judges", "strict"],
            Some(text("No.")),
            Some(text("Yes.")),
            &["policy networkConfig.judges.strict"],
        ),
        (&["networkConfig", "judges", "strict"], Some(text("No.")), None, &["policy networkConfig.judges.strict"]),
        (&["egressConfig", "extraPolicy"], None, Some(text("Yes.")), &["policy egressConfig.extraPolicy"]),
        (&["egressConfig", "judgeModel"], None, Some(text("m")), &[]),
        (&["nixConfig", "packages"], Some(list(&["jq"])), Some(list(&["jq", "nmap"])), &["trusted nmap"]),
        (&["mcpServers", "gh"], None, Some(server), &["trusted mcpServers.gh.url", "trusted -y"]),
        (
            &["mcpServers", "gh", "url"],
            Some(text("https://a")),
            Some(text("https://b")),
            &["trusted mcpServers.gh.url"],
        ),
        (&["mcpServers", "gh", "url"], Some(text("https://a")), None, &[]),
        (&["mcpServers", "gh", "headers", "X"], None, Some(text("y")), &[]),
        (&["mcpServers", "gh", "command"], Some(text("npx")), Some(text("sh")), &["trusted mcpServers.gh.command"]),
        (&["guardrails"], Some(list(&["pii"])), Some(list(&[])), &["guard-removed pii"]),
        (&["toolsConfig", "deniedTools"], Some(list(&["bash"])), None, &["guard-removed bash"]),
        (&["toolsConfig", "allowedTools"], None, Some(list(&["bash"])), &[]),
        (&["preApprovedTools"], Some(list(&["a"])), Some(list(&["a", "b"])), &["runs-without-asking b"]),
        (&["soulMd"], None, Some(text("Do as you like.")), &[]),
    ];
    for (path, before, after, expected) in table {
        assert_eq!(opened(path, before.as_ref(), after.as_ref()), expected, "{path:?} {before:?} {after:?}");
    }
}

#[test]
fn what_is_hidden_is_not_named() {
    let hidden = |text: &str| Value::Text(Text::sensitive(text));
    let arguments = Value::List(vec![Value::known("--token"), hidden("hunter2")]);
    let found = widenings(SETTINGS, &FieldPath::of(["mcpServers", "gh", "args"]), None, Some(&arguments));
    assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
    assert_eq!(found.iter().filter(|widening| widening.element.is_none()).count(), 1);
}

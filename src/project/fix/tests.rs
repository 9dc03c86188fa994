use super::*;
use crate::model::{Diagnostic, Severity};
use crate::project::config::{Config, ReadOptions, read};
use crate::schema::ALL;

#[track_caller]
fn rewritten(text: &str) -> String {
    let result = rewrite(text).unwrap().unwrap();
    assert_eq!(rewrite(&result), Ok(None), "rewriting is idempotent");
    let (before, mut problems) = parts(text);
    let (after, others) = parts(&result);
    problems.retain(|problem| problem.1 != "old-memory-table");
    assert_eq!(problems, others, "{result}");
    assert_eq!(before, after, "{result}");
    result
}

/// What a file says, without its places.
fn parts(text: &str) -> (String, Vec<(Severity, &'static str, String)>) {
    let (config, diagnostics) = read(&ALL, text, "lobu.toml", ReadOptions::default());
    let memory = config.as_ref().and_then(memory_of);
    let problem = |problem: Diagnostic| {
        let message = problem.message.replace("memory.owletto", "memory").replace("memory.lobu", "memory");
        (problem.severity, problem.code, message)
    };
    let mut problems: Vec<_> = diagnostics.into_iter().map(problem).collect();
    problems.sort();
    (format!("{memory:?} {}", config.map_or(0, |config| config.agents.len())), problems)
}

fn memory_of(config: &Config) -> Option<String> {
    let memory = config.memory.as_ref()?;
    let text = |leaf: &Option<crate::project::config::Spanned<String>>| leaf.as_ref().map(|leaf| leaf.value.clone());
    Some(format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        memory.enabled.as_ref().map(|enabled| enabled.value),
        text(&memory.org),
        text(&memory.name),
        text(&memory.description),
        text(&memory.visibility),
        text(&memory.models),
        text(&memory.data),
        text(&memory.organization_id),
    ))
}

#[test]
fn headers_are_renamed_and_all_else_stays() {
    let text = "# top\n[agents] # none\n\n\n# before\n[ memory . \"owletto\" ]   # the memory\n# inside\nenabled = true\norg='dev'  # pin\n\n# end";
    assert_eq!(rewritten(text), text.replace(" . \"owletto\"", ""));
    assert_eq!(
        rewritten("[agents]\r\n[memory.lobu]\r\norg = \"dev\"\r\n"),
        "[agents]\r\n[memory]\r\norg = \"dev\"\r\n"
    );
}

#[test]
fn every_form_is_rewritten() {
    let table = [
        (
            "memory.owletto.enabled = true\nmemory . owletto . org = 'x'\n",
            "memory.enabled = true\nmemory . org = 'x'\n",
        ),
        ("memory.owletto = { org = 'x' } # c\n", "memory = { org = 'x' } # c\n"),
        ("memory = { owletto = { org = 'x', enabled = true } }\n", "memory = { org = 'x', enabled = true }\n"),
        ("memory = { owletto = {} }\n", "memory = {  }\n"),
        ("memory = {owletto.org = 'x', lobu2 = 1}\n", "memory = {org = 'x', lobu2 = 1}\n"),
        ("memory = { owletto = { org = 'x', }, other = 1 }\n", "memory = { org = 'x', other = 1 }\n"),
        ("memory = { owletto = {}, other = 1 }\n", "memory = {  other = 1 }\n"),
        ("[memory]\nowletto.org = 'x'\nowletto.enabled = true\n", "[memory]\norg = 'x'\nenabled = true\n"),
        ("[memory]\n  owletto = { org = 'x', enabled = true } # c\n", "[memory]\n  org = 'x'\n  enabled = true # c\n"),
        ("[memory]\nowletto = { org = 'a,b', name = '}' }\n", "[memory]\norg = 'a,b'\nname = '}'\n"),
        (
            "[memory]\nowletto = {\n  org = 'x', # one\n  enabled = true,\n}\n",
            "[memory]\n\n  org = 'x' # one\n  enabled = true\n\n",
        ),
        ("[memory.owletto.extra]\na = 1\n", "[memory.extra]\na = 1\n"),
        ("[memory.owletto]\norg = 'x'\n[memory.owletto.extra]\n", "[memory]\norg = 'x'\n[memory.extra]\n"),
        ("[memory]\n[memory.owletto]\norg = 'x'\n", "[memory]\norg = 'x'\n"),
        ("[memory] # why\n# note\n\n[memory.lobu]\norg = 'x'\n", "# why\n# note\n\n[memory]\norg = 'x'\n"),
        ("[memory.owletto]\norg = 'x'\n[memory]\n", "[memory]\norg = 'x'\n"),
    ];
    for (before, after) in table {
        assert_eq!(rewritten(before), after, "{before}");
    }
}

#[test]
fn what_only_looks_old_is_left_alone() {
    for text in [
        "",
        "[agents]\n",
        "[memory]\norg = 'x'\n",
        "# [memory.owletto]\n[memory]\ndescription = '''\n[memory.owletto]\n'''\n",
        "[agents.abc]\nname = 'memory.owletto'\n",
        "[owletto]\n[x.memory.owletto]\n",
    ] {
        assert_eq!(rewrite(text), Ok(None), "{text}");
    }
}

#[test]
fn what_cannot_be_merged_is_refused() {
    let table = [
        ("x = ", FixError::NotToml),
        ("[memory]\norg = 'x'\n[memory.owletto]\n", FixError::TwoTables),
        ("[memory.lobu]\n[memory.owletto]\n", FixError::TwoTables),
        ("[memory]\nowletto = 1\n", FixError::Mixed { table: "owletto" }),
        ("[[memory.owletto]]\n", FixError::Mixed { table: "owletto" }),
        ("[memory]\nfoo = 1\n[memory.owletto]\nfoo = 2\n", FixError::Mixed { table: "owletto" }),
        ("[memory]\nfoo = 1\n[agents]\n[memory.owletto]\nbar = 2\n", FixError::Mixed { table: "owletto" }),
        ("[memory.owletto.lobu]\n", FixError::Mixed { table: "owletto" }),
        ("[memory.owletto.owletto]\n", FixError::Mixed { table: "owletto" }),
    ];
    for (text, error) in table {
        assert_eq!(rewrite(text), Err(error), "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn rewriting_never_panics(text in "(memory|owletto|lobu|\\[|\\]|\\{|\\}|=|\\.|,|\n| |#|'x'|1|org){0,24}") {
        if let Ok(Some(result)) = rewrite(&text) {
            proptest::prop_assert_eq!(rewrite(&result), Ok(None));
        }
    }
}

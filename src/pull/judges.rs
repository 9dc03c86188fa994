use crate::model::{Value, normalize_domain};
use crate::plan::FieldChange;
use crate::project::config::JudgeRule;
use crate::project::skills::JudgedDomain;

use super::Content;
use super::agent::PulledAgent;
use super::draft::Draft;

/// Takes over `network.judge`: the skills' rules stand first, the agent's own in their place or behind them.
pub(super) fn pull(
    draft: &mut Draft<'_, '_>,
    agent: &PulledAgent<'_>,
    field: &FieldChange,
    of_skills: &[JudgedDomain],
) {
    let Some(wanted) = rules(draft, field) else { return };
    let written = agent.config.and_then(|config| config.judge.as_ref()).map(|list| list.value.as_slice());
    let written = written.unwrap_or_default();
    let without_skills =
        |rule: &&JudgedDomain| !of_skills.contains(rule) || written.iter().any(|own| reads_as(own, rule));
    let candidates = [wanted.iter().filter(without_skills).cloned().collect::<Vec<_>>(), wanted.clone()];
    let Some(own) = candidates.into_iter().find(|own| merged(own, of_skills) == wanted) else {
        draft.unwritable(&field.path, "lobu.toml cannot remove what the skills add; change the skills");
        return;
    };
    if own.is_empty() && agent.config.is_none_or(|config| config.judge.is_none()) {
        // The skills say all of it.
        return;
    }
    draft.show(&field.path, field.after.as_ref(), field.before.clone());
    let place = agent.place().key("network").key("judge");
    draft.set(place, Content::List(own.iter().map(|rule| content(rule, written)).collect()));
}

/// The rules of the org, their domains as they are compared; none and told if they have another form.
pub(super) fn rules(draft: &mut Draft<'_, '_>, field: &FieldChange) -> Option<Vec<JudgedDomain>> {
    let Some(value) = &field.before else { return Some(Vec::new()) };
    draft.plain(&field.path, value)?;
    let read = read_rules(value);
    if read.is_none() {
        draft.unwritable(&field.path, "it is not a list of domains with their judges");
    }
    read
}

/// Reads rules as the server keeps them.
pub(super) fn read_rules(value: &Value) -> Option<Vec<JudgedDomain>> {
    let rule = |element: &Value| {
        let members = element.as_map()?;
        let only = members.keys().all(|name| matches!(name.as_str(), "domain" | "judge"));
        let judge = match members.get("judge") {
            None | Some(Value::Null) => None,
            Some(judge) => Some(judge.literal()?.to_owned()),
        };
        let domain = normalize_domain(members.get("domain")?.literal()?)?;
        only.then_some(JudgedDomain { domain, judge: judge.filter(|judge| !judge.is_empty()) })
    };
    value.as_list()?.iter().map(rule).collect()
}

fn merged(own: &[JudgedDomain], of_skills: &[JudgedDomain]) -> Vec<JudgedDomain> {
    let mut all = of_skills.to_vec();
    for rule in own {
        match all.iter_mut().find(|other| other.domain == rule.domain) {
            Some(other) => *other = rule.clone(),
            None => all.push(rule.clone()),
        }
    }
    all
}

fn reads_as(written: &JudgeRule, rule: &JudgedDomain) -> bool {
    let judge = written.judge.as_ref().map(|judge| judge.value.as_str()).filter(|judge| !judge.is_empty());
    normalize_domain(written.domain.as_str()).as_ref() == Some(&rule.domain) && judge == rule.judge.as_deref()
}

/// A rule in the spelling that the file has for it, else in the shortest one.
fn content(rule: &JudgedDomain, written: &[JudgeRule]) -> Content {
    let Some(own) = written.iter().find(|own| reads_as(own, rule)) else { return rule_content(rule) };
    if !own.is_table {
        return Content::text(own.domain.as_str());
    }
    let judge = own.judge.iter().map(|judge| ("judge".to_owned(), Content::text(judge.as_str())));
    Content::Table([("domain".to_owned(), Content::text(own.domain.as_str()))].into_iter().chain(judge).collect())
}

/// A rule as it is newly written, in lobu.toml and in frontmatter.
pub(super) fn rule_content(rule: &JudgedDomain) -> Content {
    match &rule.judge {
        None => Content::text(&rule.domain),
        Some(judge) => Content::Table(vec![
            ("domain".to_owned(), Content::text(&rule.domain)),
            ("judge".to_owned(), Content::text(judge)),
        ]),
    }
}

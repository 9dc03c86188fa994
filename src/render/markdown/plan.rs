use std::collections::BTreeMap;

use crate::model::{Diagnostic, Severity, counted};
use crate::plan::{Action, FieldAction, Plan};
use crate::render::document::{Document, Style, line};
use crate::render::hidden_values;
use crate::render::mermaid;
use crate::render::phrases::{brief, marker, org_at};
use crate::render::plan::groups::is_shown;
use crate::render::plan::{PlanView, closing, secrets};
use crate::schema::{Kind, Resource as Declared, ResourceKey};

use super::lines::items;
use super::page::{Item, Section, Turn, lay_out};
use super::resource::Resource;
use super::text::Markdown;

/// What a page about a plan needs besides the plan.
#[derive(Clone, Copy)]
pub struct MarkdownView<'a> {
    pub plan: PlanView<'a>,
    /// What was found in the project's files.
    pub diagnostics: &'a [Diagnostic],
    /// What the project declares, for the diagram of its types.
    pub declared: &'a [&'a Declared],
    /// How many bytes the page may have, such as [`COMMENT`](super::COMMENT).
    pub limit: usize,
}

/// Writes a plan as a page that fits: its counts, what a person has to look at, then everything else.
pub fn plan(plan: &Plan, view: &MarkdownView<'_>) -> Markdown {
    lay_out(&head(plan, &view.plan), &sections(plan, view), view.limit, &where_all_is(&view.plan))
}

const RESOURCES: (&str, &str) = ("resource", "resources");

/// The parts of a page. Who gets room first: what stands in the way, and what a person has to look at; then a line for
/// everything, then the rest.
fn sections(plan: &Plan, view: &MarkdownView<'_>) -> [Section; 9] {
    let shown = plan.rows.iter().filter(|row| is_shown(row, &view.plan));
    let resources = shown.map(|row| (row.action == Action::Drift, Resource::of(row, &view.plan)));
    let (attention, others): (Vec<_>, Vec<_>) = resources.partition(|(_, resource)| resource.wants_a_look());
    let (drifting, changes): (Vec<_>, Vec<_>) = others.into_iter().partition(|(is_drift, _)| *is_drift);
    let items_of =
        |resources: Vec<(bool, Resource<'_>)>| resources.iter().map(|(_, one)| one.item()).collect::<Vec<_>>();
    let only_in_org = drift(plan, &view.plan).into_iter().chain(items_of(drifting)).collect();
    let needs = if view.plan.dry_run { secrets::needs(plan, view.plan.have) } else { Document::new() };
    let section = |head, nouns, items, turns| Section { head, nouns, items, turns };
    [
        section(
            "#### This server cannot take this plan\n\n",
            ("problem", "problems"),
            list(&closing::problems(plan)),
            const { &[Turn::whole(1, 8)] },
        ),
        section(
            "#### Needs attention\n\n",
            RESOURCES,
            items_of(attention),
            const { &[Turn::line(2, 4), Turn::whole(9, 2)] },
        ),
        section(
            "#### Missing secrets\n\n",
            ("secret", "secrets"),
            missing(plan, &view.plan),
            const { &[Turn::whole(3, 16)] },
        ),
        section(
            "#### Warnings and notes\n\n",
            ("message", "messages"),
            items(&messages(plan, view)),
            const { &[Turn::whole(5, 16)] },
        ),
        section("#### Changes\n\n", RESOURCES, items_of(changes), const { &[Turn::line(10, 1), Turn::whole(12, 1)] }),
        section(
            "#### Memory schema\n\n",
            ("diagram", "diagrams"),
            diagram(plan, view),
            const { &[Turn::whole(11, 4)] },
        ),
        section(
            "#### Only in the org\n\n",
            ("entry", "entries"),
            only_in_org,
            const { &[Turn::line(6, 16), Turn::whole(13, 1)] },
        ),
        section("#### Secrets used\n\n", ("use", "uses"), list(&secrets::used(plan)), const { &[Turn::whole(7, 16)] }),
        section(
            "#### Values that apply will need\n\n",
            ("value", "values"),
            list(&needs),
            const { &[Turn::whole(8, 16)] },
        ),
    ]
}

/// The items of a list that has its heading as its first line.
fn list(document: &Document) -> Vec<Item> {
    items(&document.lines().iter().skip(1).cloned().collect())
}

/// How many bytes a command has at most; a longer one is that without the names, which sends all that are missing.
const LONGEST_COMMAND: usize = 2_000;

/// The command, then the secrets that it sends.
fn missing(plan: &Plan, view: &PlanView<'_>) -> Vec<Item> {
    if plan.missing_secrets.is_empty() {
        return Vec::new();
    }
    let command = Some(secrets::push_of_missing(plan, view.push_command));
    let command = command.filter(|command| command.len() <= LONGEST_COMMAND);
    let command = command.as_deref().unwrap_or(view.push_command);
    let secrets: Document = plan.missing_secrets.iter().map(secrets::missing_secret).collect();
    [Item::block(Markdown::default().fence("sh", command))].into_iter().chain(items(&secrets)).collect()
}

/// What is only in the org, counted; with `--all` by name, as far as there is room.
fn drift(plan: &Plan, view: &PlanView<'_>) -> Vec<Item> {
    let mut found = items(&closing::drift(plan));
    let of = |all: bool| items(&closing::undeclared(plan, all));
    let pairs = of(view.all).into_iter().zip(of(false));
    found.extend(pairs.map(|(listed, counted)| Item { line: Some(counted.whole), ..listed }));
    found
}

/// What comes of the plan, where it is for, and its counts by kind.
fn head(plan: &Plan, view: &PlanView<'_>) -> Markdown {
    let verb = if view.dry_run { "### Plan: " } else { "### Apply: " };
    let head = Markdown::source(verb);
    let head = if plan.is_empty() { head.source_after("no changes") } else { head.prose(&closing::counts(plan)) };
    let head = head.source_after("\n\n").line(&org_at(
        brief(view.org).as_str(),
        brief(view.server).as_str(),
        brief(view.context).as_str(),
    ));
    let head = match view.plan_id {
        _ if plan.is_empty() => head.source_after("\n\n").line(&closing::nothing_to_apply(plan)),
        Some(id) => head.source_after(", plan ID ").code(id),
        None => head.source_after(", no plan ID (it writes hidden literals)"),
    };
    head.source_after("\n\n").then(&table(plan))
}

/// How many resources of each kind are made, changed, only in the org, and how many settings are removed.
fn table(plan: &Plan) -> Markdown {
    let mut counts: BTreeMap<Kind, [usize; 4]> = BTreeMap::new();
    for row in &plan.rows {
        let [create, update, remove, drift] = counts.entry(row.key.kind).or_default();
        *create += usize::from(row.action == Action::Create);
        *update += usize::from(row.action == Action::Update);
        *remove += row.fields.iter().filter(|field| field.action == FieldAction::Remove).count();
        *drift += usize::from(row.action == Action::Drift);
    }
    counts.retain(|_, counts| counts.iter().any(|count| *count > 0));
    if counts.is_empty() {
        return Markdown::default();
    }
    let head = Markdown::source("| | create | update | remove | drift |\n| --- | --: | --: | --: | --: |\n");
    let rows = counts.iter().fold(head, |table, (kind, counts)| {
        let cells = counts.iter().map(|count| if *count == 0 { String::new() } else { count.to_string() });
        cells
            .fold(table.source_after("| ").source_after(kind.plural), |row, cell| row.source_after(" | ").prose(&cell))
            .source_after(" |\n")
    });
    rows.source_after("\n")
}

/// What was found in the files, and what there is to know of the plan.
fn messages(plan: &Plan, view: &MarkdownView<'_>) -> Document {
    let found = view.diagnostics.iter().filter(|found| found.severity != Severity::Note);
    let mut document: Document = found.flat_map(|found| diagnostic(found).into_lines()).collect();
    for part in [
        secrets::mode(plan),
        closing::guarded(plan),
        hidden_values::told(plan),
        secrets::provider_keys(plan, view.plan.push_command),
        closing::left_out(plan, view.plan.selectors),
        closing::messages(plan),
    ] {
        document.append(part);
    }
    document
}

/// A diagnostic without the line of its file, which the page of a run need not repeat.
fn diagnostic(found: &Diagnostic) -> Document {
    let at = found.position.as_ref().map(|at| match at.line {
        0 => line!(" ({})", Style::Bold.of(&at.file)),
        line => line!(" ({})", Style::Bold.of(format!("{}:{line}", at.file))),
    });
    let head = line!("{}{}{}", Style::Warning.of("warning: "), &found.message, at.unwrap_or_default());
    let advice = found.advice().map(|advice| line!("help: {}", advice).indented(2));
    Document::from(head).with(advice.into_iter().collect())
}

/// The types of the project as a diagram, where the plan changes one of them.
fn diagram(plan: &Plan, view: &MarkdownView<'_>) -> Vec<Item> {
    let marks: BTreeMap<&ResourceKey, &'static str> = plan
        .rows
        .iter()
        .filter(|row| row.is_change() && mermaid::is_drawn(row.key.kind))
        .map(|row| (&row.key, marker(row.action).1.trim_end()))
        .collect();
    let drawn = mermaid::types(view.declared.iter().copied(), |key| marks.get(key).copied());
    let Some(diagram) = drawn.filter(|_| !marks.is_empty()) else { return Vec::new() };
    if !diagram.is_drawn_by_default() {
        let large = format!("The diagram is not shown: it has {}.", counted(diagram.edges, "connection"));
        return vec![Item::block(Markdown::default().prose(&large).source_after("\n"))];
    }
    vec![Item::block(Markdown::default().fence("mermaid", &diagram.text))]
}

fn where_all_is(view: &PlanView<'_>) -> Markdown {
    if view.dry_run {
        return Markdown::source("run ").code("lobu plan").source_after(" for all.");
    }
    Markdown::source("the log has all.")
}

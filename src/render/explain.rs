//! What `lobu explain` shows: a key with all that is to be known of it, a table with its keys, or every key by file.

use crate::explain::{Absent, Empty, Entry, Guide, ProjectFile, Prune, Servers};
use crate::schema::Effect;

use super::document::{Document, Line, Style, line};

/// Where the second column begins.
const LABEL: usize = 11;

/// Names up to this width stand beside what they say, longer ones above it.
const WIDEST_NAME: usize = 38;

/// Every key of every file.
pub fn overview(guide: &Guide) -> Document {
    let entries = guide.entries();
    let blocks = ProjectFile::ALL.into_iter().map(|file| {
        let of_file: Vec<&Entry<'_>> = entries.iter().filter(|entry| entry.file == file).collect();
        let heading = Document::from(Style::Bold.line(heading(file)));
        heading.with(list(of_file.into_iter().map(|entry| (entry.path(), says(entry)))))
    });
    Document::of_blocks(blocks)
}

fn heading(file: ProjectFile) -> &'static str {
    match file {
        ProjectFile::LobuToml => "lobu.toml",
        ProjectFile::AgentDirectory => "Markdown files of agents and skills",
        ProjectFile::Skill => "Frontmatter of a SKILL.md",
        ProjectFile::Model => "Model files: the lists of a bundle, or documents with a type",
    }
}

/// One key, and those below it.
pub fn key(entry: &Entry<'_>) -> Document {
    let title = line!("{}", Style::Bold.of(entry.path()));
    let mut rows = Document::new();
    rows.extend(rows_of(entry));
    let mut blocks = vec![Document::from(title), Document::from(line!("{}", says(entry)).indented(2).prose(0))];
    blocks.push(rows);
    let below: Vec<Entry<'_>> = entry.below();
    blocks.push(list(below.iter().map(|below| (below.path_below(entry), says(below)))));
    let usual = entry.usual();
    if !usual.is_empty() {
        let heading = Document::from(line!("  Usual keys, by platform type; a server takes any other key as well"));
        blocks.push(heading.with(list(usual.iter().map(|key| (key.key().name.to_owned(), says(key))))));
    }
    blocks.extend(entry.example().map(|example| {
        let heading = Document::from(line!("  {}", Style::Dim.of(example.file)));
        heading.with(example.lines.iter().map(|text| line!("{}", text)).collect::<Document>().indented(4))
    }));
    Document::of_blocks(blocks)
}

/// Two columns: names, and what they say.
fn list(rows: impl Iterator<Item = (String, String)>) -> Document {
    let rows: Vec<(Line, String)> = rows.map(|(name, says)| (line!("  {}", name), says)).collect();
    let widths = rows.iter().map(|(name, _)| name.width()).filter(|width| *width <= WIDEST_NAME);
    let column = widths.max().unwrap_or_default() + 2;
    let mut document = Document::new();
    for (name, says) in rows {
        let text = line!("{}", Style::Dim.of(says));
        if name.width() + 2 <= column {
            document.push(name.padded(column).then(text).prose(column));
        } else {
            document.push(name);
            document.push(Line::new().padded(column).then(text).prose(column));
        }
    }
    document
}

/// What a key is for, with the platform types that have it.
fn says(entry: &Entry<'_>) -> String {
    let unused = if entry.effect() == Effect::Unused { " (not applied)" } else { "" };
    match entry.key().types {
        [] => format!("{}{unused}", entry.says()),
        types => format!("{} ({})", entry.says(), types.join(", ")),
    }
}

fn rows_of(entry: &Entry<'_>) -> Vec<Line> {
    let mut rows = vec![("type", holds(entry)), ("file", entry.file.title().to_owned())];
    let mut add = |label, text: Option<String>| rows.extend(text.map(|text| (label, text)));
    let by = if entry.field().is_some() { ", set by the server" } else { "" };
    add("default", entry.key().default.map(|default| format!("{default}{by}")));
    add("absent", absent(entry.absent()));
    add("empty", empty(entry.empty(), entry.is_guarded()));
    add("--prune", prune(entry.prune()));
    add("change", change(entry));
    add("by target", entry.path_in_target().map(|path| format!("can differ: {path}")));
    add("servers", Some(servers(entry.effect(), entry.servers())));
    add("kept as", entry.kept_as().map(|(kind, place)| format!("{kind} {place}")));
    rows.into_iter().map(|(label, text)| row(label, &text)).collect()
}

fn row(label: &'static str, text: &str) -> Line {
    line!("  {}{}", line!("{}", Style::Dim.of(label)).padded(LABEL), text).prose(LABEL + 2)
}

fn holds(entry: &Entry<'_>) -> String {
    let required = if entry.key().required { ", required" } else { "" };
    let reference = if entry.reads_references() { ": $NAME as the whole value refers to a secret" } else { "" };
    format!("{}{required}{reference}", entry.holds())
}

fn absent(absent: Absent) -> Option<String> {
    let text = match absent {
        Absent::Error => "an error",
        Absent::Kept => "the org keeps what it has, which shows as drift",
        Absent::Shared => "the value without the target",
        Absent::OnlyAgent => "the only agent of the project; an error if it has several",
        // The default has a row of its own.
        Absent::Default(_) | Absent::Nothing => return None,
    };
    Some(text.to_owned())
}

fn empty(empty: Empty, is_guarded: bool) -> Option<String> {
    let guard = if is_guarded { "; with --yes, that needs --allow-clear" } else { "" };
    match empty {
        Empty::Error => Some("an error".to_owned()),
        Empty::Clears(value) => Some(format!("{value} clears it{guard}")),
        Empty::BlankFile => Some(format!("a blank file clears it{guard}")),
        Empty::LeftOut => Some("a blank file is no skill, with a warning".to_owned()),
        Empty::Means(means) => Some(means.to_owned()),
        Empty::Nothing => Some("the same as absent".to_owned()),
        Empty::None => None,
    }
}

fn prune(prune: Prune) -> Option<String> {
    let text = match prune {
        Prune::Removes => "removes what no file declares",
        Prune::RemovesWhereServersDo => "removes what no file declares, on servers that remove single keys",
        Prune::Leaves => "leaves it",
        Prune::Nothing => return None,
    };
    Some(text.to_owned())
}

fn change(entry: &Entry<'_>) -> Option<String> {
    let text = if entry.is_create_only() {
        "never: it is set when the resource is created"
    } else if entry.is_never_cleared_by_others() {
        "existing servers can't clear it: a plan for them has an error"
    } else if entry.restarts() {
        "restarts the chat integration"
    } else {
        return None;
    };
    Some(text.to_owned())
}

fn servers(effect: Effect, servers: Option<Servers>) -> String {
    let Some(Servers { first, second, ours }) = servers else { return "none; lobu itself uses it".to_owned() };
    let named = [(first, "first generation"), (second, "second generation"), (ours, "our own (lobu dev)")];
    let taken: Vec<&str> = named.iter().filter(|(takes, _)| *takes).map(|(_, name)| *name).collect();
    let pushed = if effect == Effect::Pushed { ", from lobu secrets push only" } else { "" };
    match taken.as_slice() {
        [] => "none; it is read and not applied".to_owned(),
        taken => format!("{}{pushed}", taken.join(", ")),
    }
}

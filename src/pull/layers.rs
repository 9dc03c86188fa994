//! Where a pull for a target writes what may differ by target: into the target's own table, or into what all targets share.

use std::collections::{BTreeMap, BTreeSet};

use crate::edit::{Action, Change};
use crate::model::{FieldPath, counted};
use crate::project::config::{OverlaidValue, SharedPlaces, TextList};
use crate::project::{InTarget, Project};
use crate::schema::kinds::{AGENT, PLATFORM};
use crate::schema::{ALL, Overlaid, ResourceKey, toml_key};

use super::row::{FileChange, ModelChange, Open, PullAction, PullPlan, PullRow, Reason, Withheld};
use super::{Content, NodePath, Segment};

/// One of the two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// `[targets.<name>…]`: it changes for this target only.
    Target,
    /// Where the project has it for all targets that do not say otherwise.
    Shared,
}

/// What was chosen for values that may go to either place.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    /// What `--into` says for all of them.
    pub all: Option<Layer>,
    /// What was answered, value by value.
    pub chosen: BTreeMap<Open, Layer>,
}

impl Layers {
    /// Where a value goes: without an answer to the target, so that nothing else changes.
    fn of(&self, open: &Open) -> Layer {
        self.all.or_else(|| self.chosen.get(open).copied()).unwrap_or(Layer::Target)
    }
}

/// Sends the changes of a plan for a target to their places.
pub(super) fn route(plan: &mut PullPlan, project: &Project, layers: &Layers) {
    let Some(target) = project.in_target.as_ref().filter(|target| target.differs || layers.all.is_some()) else {
        return;
    };
    let others = project.config.targets.iter().filter(|other| other.name.value != target.name);
    let mut router = Router {
        target,
        project,
        layers,
        others: others.map(|other| other.name.value.as_str()).collect(),
        places: SharedPlaces::of(&ALL),
        open: BTreeSet::new(),
        shared: BTreeSet::new(),
        gone: BTreeSet::new(),
    };
    let rows = std::mem::take(&mut plan.rows);
    for row in rows {
        router.row(row, plan);
    }
    plan.open = router.open.into_iter().collect();
    plan.notes.extend(shared_note(&router.shared, &router.others));
}

/// Which other targets get what is written to what they share.
fn shared_note(shared: &BTreeSet<ResourceKey>, others: &[&str]) -> Option<String> {
    const SHOWN: usize = 5;
    let named: Vec<String> = shared.iter().take(SHOWN).map(|key| format!("{} {}", key.kind, key.id)).collect();
    let more = match shared.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let targets = if others.len() == 1 { "target" } else { "targets" };
    (!named.is_empty() && !others.is_empty()).then(|| {
        let changes = counted(shared.len(), "resource");
        format!("{changes} changed here for {targets} {} too: {}{more}", others.join(", "), named.join(", "))
    })
}

struct Router<'run> {
    target: &'run InTarget,
    project: &'run Project,
    layers: &'run Layers,
    /// The other targets.
    others: Vec<&'run str>,
    places: SharedPlaces,
    open: BTreeSet<Open>,
    /// The resources of which something goes to what the targets share.
    shared: BTreeSet<ResourceKey>,
    /// The values of the target that go, of all rows so far.
    gone: BTreeSet<NodePath>,
}

/// What becomes of the changes of a row.
#[derive(Default)]
struct Routed {
    changes: Vec<FileChange>,
    /// The values that go to the target.
    in_target: BTreeSet<String>,
    /// The tables of entries that the target's lists lack, by where the project has the entry.
    entries: BTreeMap<NodePath, (NodePath, Content)>,
    /// What the project has for other targets only.
    elsewhere: Vec<NodePath>,
    /// The values that the target need not set any more.
    gone: Vec<NodePath>,
    is_shared: bool,
}

impl Router<'_> {
    fn row(&mut self, row: PullRow, plan: &mut PullPlan) {
        if row.action == PullAction::Create
            && self.target.left_out.iter().any(|left| left.key == row.key && left.is_whole())
        {
            plan.withheld.push(self.elsewhere(row.key, FieldPath::default()));
            return;
        }
        let mut routed = Routed::default();
        let is_new = row.action == PullAction::Create;
        for change in row.changes {
            match change {
                FileChange::Toml(change) => self.toml(&row.key, change, &mut routed),
                FileChange::Model(place, ModelChange::Set(name, content)) => {
                    if let Some(change) = self.model(&row.key, name, &content) {
                        routed.in_target.insert(name.to_owned());
                        routed.changes.push(FileChange::Toml(change));
                    } else {
                        routed.is_shared = true;
                        routed.changes.push(FileChange::Model(place, ModelChange::Set(name, content)));
                    }
                }
                FileChange::Model(place, ModelChange::Remove) if self.leaves(&row.key, "") => {
                    let kept = self.other_targets(self.targets_of_model(&row.key));
                    let change = ModelChange::Set("targets", Content::texts(kept));
                    routed.changes.push(FileChange::Model(place, change));
                    routed.changes.extend(self.own_overlay_of(&row.key).map(FileChange::Toml));
                }
                other => {
                    routed.is_shared |= !is_new || row.key.kind.is_memory();
                    routed.changes.push(other);
                }
            }
        }
        for (list, entry) in routed.entries.into_values() {
            routed.changes.push(FileChange::Toml(Change::append(list, entry)));
        }
        routed.changes.extend(self.without(&routed.gone).into_iter().map(FileChange::Toml));
        let mut fields = row.fields;
        for place in routed.elsewhere {
            let path = FieldPath::of(["mcpServers"]).join(last_key(&place));
            fields.retain(|field| !field.path.steps().starts_with(path.steps()));
            plan.withheld.push(self.elsewhere(row.key.clone(), path));
        }
        if routed.changes.is_empty() {
            return;
        }
        if routed.is_shared {
            self.shared.insert(row.key.clone());
        }
        let nowhere = |name: String| (name, crate::model::Position::file(""));
        let overlaid = Overlaid::of(&self.target.name, routed.in_target.into_iter().map(nowhere));
        plan.rows.push(PullRow { fields, changes: routed.changes, overlaid, ..row });
    }

    fn elsewhere(&self, key: ResourceKey, path: FieldPath) -> Withheld {
        let name = &self.target.name;
        let why = format!("the project has it for other targets only; add \"{name}\" to its `targets` to share it");
        Withheld { key, path, reason: Reason::Unwritable(why) }
    }

    /// A change of lobu.toml.
    fn toml(&mut self, key: &ResourceKey, change: Change, routed: &mut Routed) {
        let path = &change.path;
        if let Some(left) =
            self.target.left_out.iter().find_map(|left| left.place.as_ref().filter(|place| starts_with(path, place)))
        {
            routed.elsewhere.push(left.clone());
            return;
        }
        let name = name_of(path, self.project);
        if let Some(value) = self.target.values.iter().find(|value| value.shared.as_ref() == Some(path)) {
            routed.in_target.insert(name);
            match over(value, change) {
                Some(change) => routed.changes.push(FileChange::Toml(change)),
                None => routed.gone.push(value.place.clone()),
            }
            return;
        }
        if let Some(change) = self.new_entry(key, &change) {
            routed.changes.push(FileChange::Toml(change));
            return;
        }
        if matches!(change.action, Action::Set(_)) && self.places.has(path) {
            let open = Open { key: key.clone(), file_path: name.clone() };
            self.open.insert(open.clone());
            if self.layers.of(&open) == Layer::Target {
                routed.in_target.insert(name);
                self.set_in_target(change, routed);
                return;
            }
        }
        if matches!(change.action, Action::Remove)
            && let Some(targets) = self.targets_of(path).map(names_of)
            && self.leaves(key, &name)
        {
            let kept = self.other_targets(targets);
            if !kept.is_empty() {
                let own = self.overlays_below(path, &[self.target.name.as_str()]);
                routed.changes.extend(own.into_iter().map(FileChange::Toml));
                routed.changes.push(FileChange::Toml(Change::set(path.key("targets"), Content::texts(kept))));
                return;
            }
        }
        routed.is_shared = true;
        if matches!(change.action, Action::Remove) {
            let everywhere: Vec<&str> = self.others.iter().copied().chain([self.target.name.as_str()]).collect();
            routed.changes.extend(self.overlays_below(path, &everywhere).into_iter().map(FileChange::Toml));
        }
        routed.changes.push(FileChange::Toml(change));
    }

    /// An entry that only the org has: it is in this target only, unless somebody wants it everywhere.
    fn new_entry(&mut self, key: &ResourceKey, change: &Change) -> Option<Change> {
        let segments = change.path.segments();
        let is_agent = matches!(segments, [Segment::Key(_), Segment::Key(_)]) && key.kind == AGENT;
        let is_platform = matches!(segments, [Segment::Key(_), Segment::Key(_), Segment::Key(list)] if list == PLATFORM.plural)
            && matches!(change.action, Action::Append(_));
        let is_server = matches!(
            segments,
            [Segment::Key(_), Segment::Key(_), Segment::Key(skills), Segment::Key(mcp), Segment::Key(_)]
                if skills == "skills" && mcp == "mcp"
        );
        let (Action::Set(Content::Table(table)) | Action::Append(Content::Table(table))) = &change.action else {
            return None;
        };
        if self.others.is_empty() || !(is_agent || is_platform || is_server) {
            return None;
        }
        let name = if is_server { name_of(&change.path, self.project) } else { String::new() };
        let open = Open { key: key.clone(), file_path: name };
        self.open.insert(open.clone());
        if self.layers.of(&open) == Layer::Shared {
            self.shared.insert(key.clone());
            return Some(change.clone());
        }
        let mut table = table.clone();
        let targets = ("targets".to_owned(), Content::texts(vec![self.target.name.clone()]));
        // Behind what identifies it, as a person would write it.
        let behind = table.iter().take_while(|(key, _)| matches!(key.as_str(), "name" | "dir" | "type" | "id")).count();
        table.insert(behind, targets);
        let action = match &change.action {
            Action::Append(_) => Action::Append(Content::Table(table)),
            _ => Action::Set(Content::Table(table)),
        };
        Some(Change { action, ..change.clone() })
    }

    /// Sets a value in the table of the target; an entry that its list lacks is added with what identifies it.
    fn set_in_target(&self, change: Change, routed: &mut Routed) {
        let Action::Set(content) = change.action else { return };
        let mut shared = NodePath::root();
        let mut place = NodePath::of(["targets", &self.target.name]);
        let segments = change.path.segments();
        for (position, segment) in segments.iter().enumerate() {
            match segment {
                Segment::Key(key) => {
                    shared = shared.key(key.as_str());
                    place = place.key(key.as_str());
                }
                Segment::Element(index) => {
                    shared = shared.element(*index);
                    if let Some(found) = self.target.elements.get(&shared) {
                        place = found.clone();
                        continue;
                    }
                    let rest = segments.get(position + 1..).unwrap_or_default();
                    let identity = || (place.clone(), Content::Table(identity(&shared, self.project)));
                    let (_, entry) = routed.entries.entry(shared.clone()).or_insert_with(identity);
                    put(entry, rest, content);
                    return;
                }
            }
        }
        routed.changes.push(FileChange::Toml(Change::set(place, content)));
    }

    /// Takes values out of the table of the target, with each entry and table that says nothing else.
    fn without(&mut self, gone: &[NodePath]) -> Vec<Change> {
        /// How long the path of the table of one agent or type is: `targets.<name>.agents.<id>`.
        const SHORTEST: usize = 4;
        self.gone.extend(gone.iter().cloned());
        let is_left = |start: &NodePath| {
            let below = self.target.values.iter().filter(|value| starts_with(&value.place, start));
            below.into_iter().any(|value| !self.gone.contains(&value.place))
        };
        let largest = |place: &NodePath| {
            let lengths = SHORTEST..=place.segments().len();
            lengths.map(|length| prefix(place, length)).find(|start| !is_left(start))
        };
        let starts: BTreeSet<NodePath> = gone.iter().filter_map(largest).collect();
        starts.into_iter().map(Change::remove).collect()
    }

    /// Whether what goes is to be in the other targets as before.
    fn leaves(&mut self, key: &ResourceKey, file_path: &str) -> bool {
        let open = Open { key: key.clone(), file_path: file_path.to_owned() };
        if self.others.is_empty() {
            return false;
        }
        self.open.insert(open.clone());
        self.layers.of(&open) == Layer::Target
    }

    /// The targets that an entry with a list of targets stays in.
    fn other_targets(&self, targets: Option<Vec<String>>) -> Vec<String> {
        let all = || self.others.iter().map(|name| (*name).to_owned()).collect();
        targets.map_or_else(all, |targets| targets.into_iter().filter(|name| *name != self.target.name).collect())
    }

    /// The list of targets of the agent, platform or MCP server at a place; none where there is no such entry.
    fn targets_of(&self, path: &NodePath) -> Option<&TextList> {
        let [Segment::Key(_), Segment::Key(agent), rest @ ..] = path.segments() else { return None };
        let agent = self.project.config.agents.iter().find(|config| config.id.value.as_str() == agent)?;
        Some(match rest {
            [] => &agent.targets,
            [Segment::Key(list), Segment::Element(index)] if list == PLATFORM.plural => {
                &agent.platforms.iter().find(|platform| platform.index == *index)?.targets
            }
            [Segment::Key(skills), Segment::Key(mcp), Segment::Key(id)] if skills == "skills" && mcp == "mcp" => {
                &agent.mcp_servers.iter().find(|server| server.id.value == *id)?.targets
            }
            _ => return None,
        })
    }

    fn targets_of_model(&self, key: &ResourceKey) -> Option<Vec<String>> {
        let mut resources = self.project.models.iter().flat_map(|models| &models.resources);
        resources.find(|resource| resource.key == *key)?.targets.clone()
    }

    /// The end of what the target says of a resource of a model file.
    fn own_overlay_of(&self, key: &ResourceKey) -> Option<Change> {
        let value = self.target.values.iter().find(|value| value.key == *key && value.shared.is_none())?;
        Some(Change::remove(prefix(&value.place, value.place.segments().len().saturating_sub(1))))
    }

    /// What targets say of an entry or a table that goes, so that it goes with it.
    fn overlays_below(&self, path: &NodePath, names: &[&str]) -> Vec<Change> {
        let mut gone: BTreeSet<NodePath> = BTreeSet::new();
        let targets = self.project.config.targets.iter().filter(|target| names.contains(&target.name.value.as_str()));
        let values = targets.flat_map(|target| &target.overlay.values);
        for value in values.filter(|value| value.shared.as_ref().is_some_and(|shared| starts_with(shared, path))) {
            let depth = path.segments().len() + 2;
            gone.insert(prefix(&value.place, depth));
        }
        gone.into_iter().map(Change::remove).collect()
    }

    /// A value of a model file that the target sets, or is to set.
    fn model(&mut self, key: &ResourceKey, name: &str, content: &Content) -> Option<Change> {
        let files = key.kind.model_files?;
        let field = key.kind.fields.iter().find(|field| field.file == name)?;
        let found = self.target.values.iter().find(|value| value.key == *key && value.file_path == name);
        if let Some(value) = found {
            let change = over(value, Change::set(value.place.clone(), content.clone()));
            return Some(change.unwrap_or_else(|| Change::remove(value.place.clone())));
        }
        if !field.per_target || !matches!(content, Content::Text(_)) {
            return None;
        }
        let open = Open { key: key.clone(), file_path: name.to_owned() };
        self.open.insert(open.clone());
        let place = NodePath::of(["targets", &self.target.name, files.list, &key.id, name]);
        (self.layers.of(&open) == Layer::Target).then(|| Change::set(place, content.clone()))
    }
}

/// The change of a value that the target sets; none where it is to be what the project says itself.
///
/// One that goes must not bring back what the project says beneath it.
fn over(value: &OverlaidValue, change: Change) -> Option<Change> {
    let action = match change.action {
        Action::Set(content) if value.hides.as_ref().is_some_and(|shared| shared.is(&content)) => return None,
        Action::Remove if value.hides.is_some() => Action::Set(Content::text("")),
        action => action,
    };
    Some(Change { path: value.place.clone(), action, ..change })
}

/// What identifies the entry of a list in an overlay.
fn identity(entry: &NodePath, project: &Project) -> Vec<(String, Content)> {
    let [_, Segment::Key(agent), Segment::Key(list), Segment::Element(index)] = entry.segments() else {
        return Vec::new();
    };
    let text = |key: &str, text: &str| (key.to_owned(), Content::text(text));
    let Some(agent) = project.config.agents.iter().find(|config| config.id.value.as_str() == agent) else {
        return Vec::new();
    };
    if list != PLATFORM.plural {
        let provider = agent.providers.iter().flatten().nth(*index);
        return provider.into_iter().map(|provider| text("id", provider.id.as_str())).collect();
    }
    let Some(platform) = agent.platforms.iter().find(|platform| platform.index == *index) else { return Vec::new() };
    if let Some(id) = &platform.id {
        return vec![text("id", id.as_str())];
    }
    let name = platform.name.iter().map(|name| text("name", name.as_str()));
    [text("type", platform.platform_type.as_str())].into_iter().chain(name).collect()
}

/// Puts a value into a table, with the tables that lead there.
fn put(table: &mut Content, segments: &[Segment], value: Content) {
    let (Content::Table(members), Some((Segment::Key(key), rest))) = (table, segments.split_first()) else { return };
    let position = members.iter().position(|(name, _)| name == key).unwrap_or_else(|| {
        members.push((key.clone(), Content::Table(Vec::new())));
        members.len() - 1
    });
    let Some((_, member)) = members.get_mut(position) else { return };
    if rest.is_empty() {
        *member = value;
    } else {
        put(member, rest, value);
    }
}

/// How people name a place of an agent's table in its resource: `network.allowed`, `providers[anthropic].model`.
fn name_of(path: &NodePath, project: &Project) -> String {
    let mut name = String::new();
    let mut at = NodePath::root();
    for (position, segment) in path.segments().iter().enumerate() {
        match segment {
            Segment::Key(key) => {
                at = at.key(key.as_str());
                if position > 1 {
                    let dot = if name.is_empty() { "" } else { "." };
                    name = format!("{name}{dot}{}", toml_key(key));
                }
            }
            Segment::Element(index) => {
                at = at.element(*index);
                let id = identity(&at, project);
                name = match id.as_slice() {
                    [(key, Content::Text(id))] if key == "id" && name != PLATFORM.plural => format!("{name}[{id}]"),
                    _ => String::new(),
                };
            }
        }
    }
    name
}

fn names_of(targets: &TextList) -> Option<Vec<String>> {
    targets.as_ref().map(|targets| targets.value.iter().map(|name| name.value.clone()).collect())
}

fn starts_with(path: &NodePath, start: &NodePath) -> bool {
    path.segments().starts_with(start.segments())
}

fn prefix(path: &NodePath, length: usize) -> NodePath {
    path.segments().iter().take(length).fold(NodePath::root(), |path, segment| match segment {
        Segment::Key(key) => path.key(key.as_str()),
        Segment::Element(index) => path.element(*index),
    })
}

fn last_key(path: &NodePath) -> String {
    match path.segments().last() {
        Some(Segment::Key(key)) => key.clone(),
        _ => String::new(),
    }
}

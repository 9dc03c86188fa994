//! The names in a project's files, for completion: found fast, and in broken files too.

use std::collections::{BTreeMap, BTreeSet};

use crate::edit::toml::{Step, scan};
use crate::edit::yaml;
use crate::model::{SecretName, StableId, TypeSlug};
use crate::schema::{Kind, ModelFiles};

use super::config::{DEFAULT_MODELS_DIR, OLD_MEMORY_TABLES};
use super::directory::{ProjectDirectory, join};
use super::models::is_model;
use super::parallel;

/// The names in a lobu.toml. They are not checked: any text may be among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectNames {
    pub agents: BTreeSet<String>,
    /// Platforms as `agent/id`.
    pub platforms: BTreeSet<String>,
    pub targets: BTreeSet<String>,
    /// The secrets that values refer to.
    pub secrets: BTreeSet<String>,
    /// The directory of the model files, as it is written.
    models: Option<String>,
}

/// What makes the ID of a platform.
#[derive(Default)]
struct Identity {
    agent: String,
    id: Option<String>,
    platform_type: Option<String>,
    name: Option<String>,
}

impl ProjectNames {
    /// Finds them in the project's lobu.toml; none where it cannot be read.
    pub fn read(directory: &ProjectDirectory) -> Self {
        let text = directory.read_text(ProjectDirectory::FILE, directory.limits().lobu_toml);
        text.ok().flatten().map_or_else(Self::default, |text| Self::find(&text))
    }

    fn find(text: &str) -> Self {
        let mut names = Self::default();
        let mut platforms: BTreeMap<u32, Identity> = BTreeMap::new();
        scan(text, &mut |path, text| {
            if let Some(secret) = text.and_then(SecretName::from_reference) {
                names.secrets.insert(secret.as_str().to_owned());
            }
            names.take(path, text, &mut platforms);
        });
        names.platforms.extend(platforms.into_values().filter_map(Identity::key));
        names
    }

    fn take(&mut self, path: &[Step<'_>], text: Option<&str>, platforms: &mut BTreeMap<u32, Identity>) {
        let [Step::Key(table), Step::Key(name), rest @ ..] = path else { return };
        match (&**table, rest) {
            ("targets", _) => insert(&mut self.targets, name),
            ("agents", _) => {
                insert(&mut self.agents, name);
                let [Step::Key(list), Step::Element(number), Step::Key(key)] = rest else { return };
                if list == "platforms" {
                    platforms.entry(*number).or_default().take(name, key, text);
                }
            }
            ("memory", []) if name == "models" => self.models = text.map(str::to_owned),
            ("memory", [Step::Key(key)]) if key == "models" && OLD_MEMORY_TABLES.contains(&&**name) => {
                self.models = text.map(str::to_owned);
            }
            _ => {}
        }
    }

    /// The slugs in the model files of what is of a kind.
    pub fn slugs(&self, directory: &ProjectDirectory, kind: Kind) -> BTreeSet<String> {
        let Some(files) = kind.model_files else { return BTreeSet::new() };
        let named = self.models.as_deref().map(str::trim).filter(|path| !path.is_empty());
        let path = named.unwrap_or(DEFAULT_MODELS_DIR);
        let entries = directory.list(path).ok().flatten().map(|listing| listing.entries).unwrap_or_default();
        let models: Vec<String> =
            entries.iter().filter(|entry| is_model(&entry.name)).map(|entry| join(path, &entry.name)).collect();
        let found = parallel::map(&models, |model| {
            let text = directory.read_text(model, directory.limits().model_file).ok().flatten().unwrap_or_default();
            let documents = yaml::read(&text, &directory.limits().yaml).documents;
            documents.iter().flat_map(|document| slugs_of(&document.root, files)).collect::<Vec<String>>()
        });
        found.into_iter().flatten().collect()
    }
}

impl Identity {
    fn take(&mut self, agent: &str, key: &str, text: Option<&str>) {
        agent.clone_into(&mut self.agent);
        let place = match key {
            "id" => &mut self.id,
            "type" => &mut self.platform_type,
            "name" => &mut self.name,
            _ => return,
        };
        *place = text.map(str::to_owned);
    }

    fn key(self) -> Option<String> {
        let Self { agent, id, platform_type, name } = self;
        let id = match id {
            Some(id) => id,
            None => StableId::derive(&agent, &platform_type?, name.as_deref()).as_str().to_owned(),
        };
        Some(format!("{agent}/{id}"))
    }
}

/// Adds a name; nothing is allocated for one that is there, and the last one is most often the one that comes again.
fn insert(names: &mut BTreeSet<String>, name: &str) {
    if names.last().is_none_or(|last| last != name) && !names.contains(name) {
        names.insert(name.to_owned());
    }
}

/// The slugs of a kind in a document: a type, or a bundle of them.
fn slugs_of(document: &yaml::Node, files: &ModelFiles) -> Vec<String> {
    let is_one = document.get("type").and_then(yaml::Node::text).is_some_and(|word| files.types.contains(&word));
    let of_bundle = document.get(files.list).and_then(yaml::Node::list).unwrap_or_default();
    let all = is_one.then_some(document).into_iter().chain(of_bundle);
    let written = all.filter_map(|one| one.get("slug").and_then(yaml::Node::text));
    let stored = |slug| if files.rewrites_slugs { TypeSlug::rewritten(slug) } else { TypeSlug::verbatim(slug) };
    written.map(|slug| stored(slug).as_str().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use crate::schema::kinds::{ENTITY_TYPE, RELATIONSHIP_TYPE};

    use super::*;

    const LOBU_TOML: &str = "
[agents.desk]
providers = [{ id = 'anthropic', key = '$ANTHROPIC_API_KEY' }]
platforms = [{ type = 'telegram', name = 'ops', config = { botToken = '$BOT_TOKEN', id = 'no' } }]
[[agents.lab.platforms]]
id = 'adopted'
type = 'slack'
[agents.lab.platforms.config]
id = 'no'
[[agents.lab.platforms]]
config = {}
[agents.empty]
[memory]
models = './types'
[targets.staging]
url = '$$NOT'
";

    fn set<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
        names.map(str::to_owned).into()
    }

    #[test]
    fn names_are_those_of_the_tables() {
        let names = ProjectNames::find(LOBU_TOML);
        let expected = ProjectNames {
            agents: set(["desk", "empty", "lab"]),
            platforms: set(["desk/desk-telegram-ops", "lab/adopted"]),
            targets: set(["staging"]),
            secrets: set(["ANTHROPIC_API_KEY", "BOT_TOKEN"]),
            models: Some("./types".to_owned()),
        };
        assert_eq!(names, expected);
        let broken = ProjectNames::find(&format!("[agents.first]\nname = \n{LOBU_TOML}\n[agents.last]\nname = 'x"));
        assert!(broken.agents.is_superset(&set(["desk", "first", "lab", "last"])), "{broken:?}");
    }

    #[test]
    fn slugs_are_those_of_types_and_bundles() {
        let temporary = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| std::fs::write(temporary.path().join(path), text).unwrap();
        std::fs::create_dir(temporary.path().join("types")).unwrap();
        write("lobu.toml", "[memory.owletto]\nmodels = 'types'\n");
        write("types/a.yaml", "type: entity\nslug: First One\n---\ntype: relationship\nslug: owns\n");
        write("types/b.yml", "version: 2\nentities:\n  - slug: second\n  - name: none\n");
        write("types/c.yaml", "type: entity\nslug: third\nname: [\n");
        write("types/d.txt", "type: entity\nslug: fourth\n");
        let directory = ProjectDirectory::open(temporary.path(), &[]).unwrap();
        let names = ProjectNames::read(&directory);
        assert!(names.slugs(&directory, ENTITY_TYPE).is_superset(&set(["first-one", "second"])));
        assert_eq!(names.slugs(&directory, RELATIONSHIP_TYPE), set(["owns"]));
    }
}

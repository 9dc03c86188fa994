//! Where the files of a project say what they declare: found in their texts when somebody asks.

use std::collections::BTreeMap;

use crate::edit::yaml::YamlLimits;
use crate::model::{FieldPath, Position};
use crate::project::config::AgentConfig;
use crate::project::directory::{ProjectDirectory, join};
use crate::project::skills::Skill;
use crate::project::{AgentFiles, Project};
use crate::schema::kinds::settings;
use crate::schema::{EntryKey, Field, FileStep, Form, Leaf, OverlaidAt, Resource, Shape, file_path, file_steps};

use super::Origin;
use super::lobu_toml::LobuToml;
use super::model_file::{ModelFile, entry_of};
use super::skill_file::SkillFile;

/// The files of a project as far as they say where things are.
pub struct Places<'project> {
    project: &'project Project,
    lobu_toml: Option<LobuToml>,
    models: BTreeMap<String, ModelFile>,
    skills: BTreeMap<String, SkillFile>,
}

impl<'project> Places<'project> {
    /// Reads what declares these resources; a file that cannot be read again has no lines.
    pub fn read<'desired>(
        project: &'project Project,
        resources: impl IntoIterator<Item = &'desired Resource>,
        text: &dyn Fn(&str) -> Option<String>,
        limits: &YamlLimits,
    ) -> Self {
        let lobu_toml = text(ProjectDirectory::FILE).and_then(|text| LobuToml::parse(ProjectDirectory::FILE, text));
        let mut places = Self { project, lobu_toml, models: BTreeMap::new(), skills: BTreeMap::new() };
        for resource in resources {
            let file = &resource.position.file;
            if resource.key.kind.model_files.is_some() && !places.models.contains_key(file) {
                places.models.extend(text(file).map(|text| (file.clone(), ModelFile::read(&text, limits))));
            }
            let skills = places.agent(resource).map(|(_, files)| files.skills.as_slice()).unwrap_or_default();
            for file in skills.iter().map(|skill| &skill.position.file) {
                if !places.skills.contains_key(file) {
                    places.skills.extend(text(file).map(|text| (file.clone(), SkillFile::read(&text, limits))));
                }
            }
        }
        places
    }

    /// Where an entry of a resource is from.
    pub(super) fn origin(&self, resource: &Resource, path: &FieldPath) -> Origin {
        if let Some(name) = skill_of(resource, path) {
            return self.skill(resource, name);
        }
        let kind = resource.key.kind;
        if let Some(OverlaidAt { target, position }) = resource.overlaid.covering(&file_path(kind, path)) {
            return Origin::Target { name: target.to_owned(), position: position.clone() };
        }
        let field = kind.field(path.root());
        if let Some(file) = field.and_then(|field| self.own_file(resource, field)) {
            return Origin::File(Position::file(file));
        }
        if let (Some(field), Some(_)) = (field, kind.model_files) {
            return self.in_model_file(resource, field);
        }
        // What is beside the fields, such as an id, is a key of the same name.
        let steps = match field {
            Some(_) => file_steps(kind, path),
            None => Some(path.steps().iter().cloned().map(FileStep::Key).collect()),
        };
        let Some(steps) = steps else { return Origin::Default };
        let position = match self.skill_at(resource, path) {
            Some(skill) => {
                let file = &skill.position.file;
                let found = self.skills.get(file).and_then(|read| read.find(file, &steps));
                Some(found.unwrap_or_else(|| Position::file(file.as_str())))
            }
            None => self.lobu_toml.as_ref().and_then(|toml| toml.find(toml.table(resource)?, &steps)),
        };
        match position {
            Some(position) => Origin::File(position),
            None if field.is_none() => Origin::Default,
            None => Origin::File(resource.position.clone()),
        }
    }

    /// The skill of a name that an agent has.
    pub(super) fn skill(&self, resource: &Resource, name: &str) -> Origin {
        let skills = self.agent(resource).map(|(_, files)| files.skills.as_slice()).unwrap_or_default();
        let skill = skills.iter().find(|skill| skill.name == name);
        Origin::Skill { name: name.to_owned(), file: skill.map(|skill| skill.position.file.clone()) }
    }

    fn in_model_file(&self, resource: &Resource, field: &Field) -> Origin {
        let node = self.models.get(&resource.position.file).and_then(|file| file.resource(&resource.position));
        match node.map(|node| entry_of(node, field)) {
            Some(Some(entry)) => Origin::File(entry.spot().within(&resource.position.file)),
            // The only agent of a project need not be named.
            Some(None) if matches!(field.form, Form::Agent) => Origin::Default,
            _ => Origin::File(resource.position.clone()),
        }
    }

    /// The file that holds a field by itself: a prompt, or a script.
    fn own_file(&self, resource: &Resource, field: &'static Field) -> Option<String> {
        if let Some(file) = resource.files.get(field) {
            return Some(file.clone());
        }
        let is_prompt = resource.key.kind.model_files.is_none() && matches!(field.shape, Shape::Leaf(Leaf::Prose));
        let (config, files) = self.agent(resource).filter(|_| is_prompt)?;
        let directory = config.dir.as_ref().map_or("", |dir| dir.value.as_str());
        files.prompts.contains_key(field.file).then(|| join(directory, field.file))
    }

    /// The skill whose own object has a path.
    fn skill_at(&self, resource: &Resource, path: &FieldPath) -> Option<&'project Skill> {
        let [root, _, step, ..] = path.steps() else { return None };
        let (_, files) = self.agent(resource).filter(|_| root == settings::SKILLS.name)?;
        let is_it = |skill: &Skill| EntryKey(vec![skill.repo.clone(), skill.name.clone()]).step() == *step;
        files.skills.iter().map(AsRef::as_ref).find(|skill| is_it(skill))
    }

    /// The agent that a resource belongs to.
    fn agent(&self, resource: &Resource) -> Option<(&'project AgentConfig, &'project AgentFiles)> {
        let id = resource.key.agent()?;
        let mut agents = self.project.config.agents.iter().zip(&self.project.agents);
        agents.find(|(config, _)| config.id.value.as_str() == id)
    }
}

/// The skill that brings an entry, or what the entry is in.
fn skill_of<'resource>(resource: &'resource Resource, path: &FieldPath) -> Option<&'resource str> {
    let steps = path.steps();
    (1..=steps.len()).find_map(|length| {
        let outer = FieldPath::of(steps.iter().take(length).map(String::as_str));
        resource.sources.get(&(outer, String::new())).map(String::as_str)
    })
}

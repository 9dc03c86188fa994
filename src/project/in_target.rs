//! The project as it is in one of its targets.

use std::collections::{BTreeMap, BTreeSet};

use super::config::SharedValue;
use super::config::overlay::is_in;
use super::read::{InTarget, LeftOut, Project};
use super::targets::{declaration, is_within};
use crate::edit::{Content, NodePath};
use crate::model::Value;
use crate::schema::kinds::{AGENT, SETTINGS};
use crate::schema::{Declaration, ResourceKey};

impl Project {
    /// Whether it is not the same in all its targets.
    pub fn differs_by_target(&self) -> bool {
        let resources = || self.models.iter().flat_map(|models| &models.resources);
        self.config.differs_by_target() || resources().any(|resource| resource.targets.is_some())
    }

    /// The project as it is in a target: what is in it, with what the target says otherwise.
    ///
    /// One of a name that it does not have leaves the project as it is written.
    #[must_use]
    pub fn into_target(mut self, name: &str) -> Self {
        let Some(target) = self.config.targets.iter().find(|target| target.name.value == name) else { return self };
        let overlay = &target.overlay;
        let (mut values, overlays, elements) =
            (overlay.values.clone(), overlay.models.clone(), overlay.elements.clone());
        let (left_out, differs) = (self.left_out_of(name), self.differs_by_target());
        let kept: BTreeSet<usize> = self
            .config
            .agents
            .iter()
            .enumerate()
            .filter_map(|(position, agent)| is_in(&agent.targets, name).then_some(position))
            .collect();
        let files = std::mem::take(&mut self.agents).into_iter().enumerate();
        self.agents = files.filter(|(position, _)| kept.contains(position)).map(|(_, files)| files).collect();
        self.config.take_target(name);
        let mut hidden = BTreeMap::new();
        if let Some(models) = &mut self.models {
            models.resources.retain(|resource| is_within(resource, name));
            for overlay in &overlays {
                let found = models
                    .resources
                    .iter_mut()
                    .find(|resource| resource.key.kind == overlay.kind && resource.key.id == overlay.slug.value);
                let Some(resource) = found else { continue };
                for (field, text) in &overlay.values {
                    let shared = resource.declared.get(field).and_then(Declaration::value).and_then(Value::literal);
                    if let Some(shared) = shared {
                        hidden.insert((resource.key.clone(), field.file), SharedValue::new(Content::text(shared)));
                    }
                    resource.declared.set_some(field, Some(declaration(field, &text.value)));
                }
            }
        }
        for value in values.iter_mut().filter(|value| value.shared.is_none()) {
            let shared = hidden.iter().find(|((key, file), _)| *key == value.key && *file == value.file_path);
            value.hides = shared.map(|(_, shared)| shared.clone());
        }
        self.in_target = Some(InTarget { name: name.to_owned(), values, elements, left_out, differs });
        self
    }

    /// What is in other targets only.
    fn left_out_of(&self, name: &str) -> Vec<LeftOut> {
        let mut left_out = Vec::new();
        for agent in &self.config.agents {
            let id = agent.id.value.as_str();
            let place = NodePath::of(["agents", id]);
            if !is_in(&agent.targets, name) {
                left_out.push(LeftOut { key: ResourceKey::new(AGENT, id), place: Some(place.clone()) });
            }
            for platform in agent.platforms.iter().filter(|platform| !is_in(&platform.targets, name)) {
                let key = ResourceKey::platform(&agent.id.value, &platform.stable_id(&agent.id.value));
                left_out.push(LeftOut { key, place: None });
            }
            for server in agent.mcp_servers.iter().filter(|server| !is_in(&server.targets, name)) {
                let place = place.key("skills").key("mcp").key(server.id.value.as_str());
                left_out.push(LeftOut { key: ResourceKey::new(SETTINGS, id), place: Some(place) });
            }
        }
        let resources = self.models.iter().flat_map(|models| &models.resources);
        let others = resources.filter(|resource| !is_within(resource, name));
        left_out.extend(others.map(|resource| LeftOut { key: resource.key.clone(), place: None }));
        left_out
    }
}

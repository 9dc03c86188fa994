//! The project as it is in one of its targets.

use std::collections::BTreeSet;

use super::config::overlay::is_in;
use super::read::{InTarget, Project};
use super::targets::{declaration, is_within};

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
        let (values, overlays) = (target.overlay.values.clone(), target.overlay.models.clone());
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
        self.in_target = Some(InTarget { name: name.to_owned(), values });
        if let Some(models) = &mut self.models {
            models.resources.retain(|resource| is_within(resource, name));
            for overlay in &overlays {
                let found = models
                    .resources
                    .iter_mut()
                    .find(|resource| resource.key.kind == overlay.kind && resource.key.id == overlay.slug.value);
                let Some(resource) = found else { continue };
                for (field, text) in &overlay.values {
                    resource.declared.set_some(field, Some(declaration(field, &text.value)));
                }
            }
        }
        self
    }
}

use std::collections::BTreeMap;

use super::finding::skipped;
use super::{Check, Finding, Group, State};

/// How many checks ended how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All well.
    pub ok: usize,
    pub notes: usize,
    pub warnings: usize,
    pub failures: usize,
    /// Not looked at.
    pub skipped: usize,
}

/// What all checks found: each exactly once, in the order of [`Check::ALL`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    findings: Vec<Finding>,
}

impl Report {
    /// Orders findings, and adds the checks of which nothing was found out as skipped.
    ///
    /// Of two findings of a check the first counts.
    pub fn new(findings: impl IntoIterator<Item = Finding>, skips: &[(Group, String)]) -> Self {
        let mut found: BTreeMap<Check, Finding> = BTreeMap::new();
        for finding in findings {
            found.entry(finding.check).or_insert(finding);
        }
        let why = |group: Group| {
            let why = skips.iter().find(|(skipped, _)| *skipped == group).map(|(_, why)| why.as_str());
            why.unwrap_or("an earlier check failed")
        };
        let findings = Check::ALL
            .iter()
            .map(|check| found.remove(check).unwrap_or_else(|| skipped(*check, why(check.group()))))
            .collect();
        Self { findings }
    }

    /// Every finding, in order.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The findings of a group, in order.
    pub fn of(&self, group: Group) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.group() == group)
    }

    /// How many checks ended how.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for finding in &self.findings {
            let count = match finding.state {
                State::Ok => &mut counts.ok,
                State::Note => &mut counts.notes,
                State::Warning => &mut counts.warnings,
                State::Failure => &mut counts.failures,
                State::Skipped { .. } => &mut counts.skipped,
            };
            *count += 1;
        }
        counts
    }
}

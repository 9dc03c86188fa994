//! `lobu man DIR`: the manual pages, for packages.

use std::fs;
use std::io;
use std::path::Path;

use clap::Command;
use clap_mangen::Man;

use crate::commands::man::ManArgs;
use crate::commands::{Outcome, Session};
use crate::error::{CommandError, ErrorKind};
use crate::render::document::{Document, line};

use super::help::command;

/// Writes a page for the program and one for each verb, over those that are there.
pub(super) fn run(session: &Session, args: &ManArgs) -> Result<Outcome, CommandError> {
    let directory = session.working_directory.join(&args.directory);
    let pages = pages();
    write(&directory, &pages).map_err(|error| {
        let message = format!("the pages cannot be written to {}: {}", args.directory.display(), error.kind());
        CommandError::new(ErrorKind::Unexpected, message)
    })?;
    session.ui.status(&Document::from(line!("Wrote {} manual pages.", pages.len())));
    Ok(Outcome::Done)
}

fn write(directory: &Path, pages: &[(String, Vec<u8>)]) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    pages.iter().try_for_each(|(name, page)| fs::write(directory.join(name), page))
}

/// Every page with the name of its file.
fn pages() -> Vec<(String, Vec<u8>)> {
    let mut pages = Vec::new();
    add("lobu", &command(true), &mut pages);
    pages
}

fn add(name: &str, verb: &Command, pages: &mut Vec<(String, Vec<u8>)>) {
    let mut page = Vec::new();
    let shown = match verb.find_subcommand("help") {
        Some(_) => verb.clone().mut_subcommand("help", |help| help.hide(true)),
        None => verb.clone(),
    };
    let shown = shown.display_name(name.to_owned());
    // Writing to memory cannot fail.
    if Man::new(shown).render(&mut page).is_ok() {
        pages.push((format!("{name}.1"), page));
    }
    for below in verb.get_subcommands().filter(|below| !below.is_hide_set() && below.get_name() != "help") {
        add(&format!("{name}-{}", below.get_name()), below, pages);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(verb: &Command) -> usize {
        let shown = verb.get_subcommands().filter(|below| !below.is_hide_set() && below.get_name() != "help");
        1 + shown.map(count).sum::<usize>()
    }

    #[test]
    fn every_verb_has_a_page_with_its_flags() {
        let pages = pages();
        assert_eq!(pages.len(), count(&command(true)));
        let page = |name: &str| {
            let (_, page) = pages.iter().find(|(found, _)| found == name).unwrap_or_else(|| panic!("{name}"));
            String::from_utf8(page.clone()).unwrap()
        };
        let root = page("lobu.1");
        assert!(root.contains(".TH lobu 1") && root.contains("lobu\\-apply(1)"), "{root}");
        assert!(!root.contains("lobu\\-man") && !root.contains("lobu\\-help"), "{root}");
        let push = page("lobu-secrets-push.1");
        assert!(push.contains("\\-\\-rotate") && push.contains("Examples:"), "{push}");
        assert!(push.contains("lobu secrets push") && push.contains("lobu\\-secrets\\-push \\- Send values"), "{push}");
    }
}

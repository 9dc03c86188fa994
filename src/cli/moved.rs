//! Verbs of the existing CLI, for people who come from it (existing-cli 7.1, U4).

/// What to do instead of a verb that this program does not have; none for a word that was never one.
pub(super) fn hint(verb: &str) -> Option<&'static str> {
    Some(match verb {
        "set" => "values of .env are kept with `lobu secrets local set|list|delete`",
        "status" => "`lobu doctor` says what is wrong with project, token, server and org; `lobu plan` what differs",
        "memory" => "entity types and relationship types are sent by `lobu apply`; it sends no watchers and no data",
        "run" => "`lobu dev` serves an embedded org, in which no agent runs",
        "init" | "chat" | "eval" | "providers" | "skills" | "platforms" => {
            "this verb of the existing CLI has no counterpart here; edit lobu.toml and run `lobu apply`"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn a_verb_that_exists_gets_no_hint() {
        for verb in super::super::Cli::command().get_subcommands() {
            assert_eq!(hint(verb.get_name()), None, "{}", verb.get_name());
        }
        assert!(hint("status").is_some() && hint("aply").is_none());
    }
}

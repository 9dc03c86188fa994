use std::path::{Path, PathBuf};

/// The flags of every verb that talks to a server. What the fields' comments say is their help.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Target")]
pub struct TargetFlags {
    /// Use a target of the project (`[targets.NAME]` in lobu.toml)
    #[arg(short, long, value_name = "NAME")]
    pub target: Option<String>,
    /// Use the server at this URL, with the token of `LOBU_API_TOKEN`
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Use a context; `local` is the embedded org
    #[arg(short, long, value_name = "NAME")]
    pub context: Option<String>,
    /// Use this org
    #[arg(long, value_name = "SLUG")]
    pub org: Option<String>,
    /// Use this database for the embedded org
    #[arg(long = "db", value_name = "PATH")]
    pub database: Option<PathBuf>,
    /// Allow unencrypted HTTP to other machines (never for secret values)
    #[arg(long)]
    pub allow_insecure_http: bool,
}

impl TargetFlags {
    /// The flags as they would be typed, each with a space before it.
    pub fn arguments(&self) -> String {
        let Self { target, url, context, org, database, allow_insecure_http } = self;
        let mut arguments = String::new();
        let texts = [("-t", target), ("--url", url), ("-c", context), ("--org", org)];
        for (flag, value) in texts {
            if let Some(value) = value {
                arguments.push_str(&argument(flag, value));
            }
        }
        if let Some(database) = database {
            arguments.push_str(&argument("--db", &database.to_string_lossy()));
        }
        if *allow_insecure_http {
            arguments.push_str(" --allow-insecure-http");
        }
        arguments
    }

    /// The command that sends secrets to where these flags lead, for the project in a directory.
    pub fn push_command(&self, directory: Option<&Path>) -> String {
        let directory = directory.map(|directory| argument("-C", &directory.to_string_lossy())).unwrap_or_default();
        format!("lobu secrets push{directory}{}", self.arguments())
    }
}

/// A flag and its value as a shell reads them, with a space before them.
pub fn argument(flag: &str, value: &str) -> String {
    // Otherwise it would be taken for a flag.
    let gap = if value.starts_with('-') { "=" } else { " " };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./:@%+=,-".contains(&byte);
    if !value.is_empty() && value.bytes().all(is_plain) {
        format!(" {flag}{gap}{value}")
    } else {
        format!(" {flag}{gap}'{}'", value.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_looks_like_a_flag_is_joined_to_its_own() {
        for (value, argument) in [("-x", " -C=-x"), ("-x y", " -C='-x y'"), ("x", " -C x"), ("", " -C ''")] {
            assert_eq!(super::argument("-C", value), argument);
        }
    }

    #[test]
    fn flags_come_back_as_they_were_typed() {
        let flags = TargetFlags {
            context: Some("local".to_owned()),
            org: Some("dev".to_owned()),
            database: Some("a b/it's.db".into()),
            ..TargetFlags::default()
        };
        assert_eq!(flags.arguments(), r" -c local --org dev --db 'a b/it'\''s.db'");
        assert_eq!(TargetFlags::default().arguments(), "");
    }
}

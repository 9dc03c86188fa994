use std::path::PathBuf;

/// The flags of every verb that talks to a server.
#[derive(Debug, Clone, Default)]
pub struct TargetFlags {
    /// `-t`.
    pub target: Option<String>,
    /// `--url`.
    pub url: Option<String>,
    /// `-c`.
    pub context: Option<String>,
    /// `--org`.
    pub org: Option<String>,
    /// `--db`.
    pub database: Option<PathBuf>,
    /// `--allow-insecure-http`.
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
}

/// A flag and its value as a shell reads them, with a space before them.
pub fn argument(flag: &str, value: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./:@%+=,-".contains(&byte);
    if !value.is_empty() && value.bytes().all(is_plain) {
        format!(" {flag} {value}")
    } else {
        format!(" {flag} '{}'", value.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

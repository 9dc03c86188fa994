use super::trim;

/// A domain as the runtime matches it (`docs/format/normalization.md`), none if nothing is left of it.
///
/// Trimmed and in lower case, also what starts with `/`; a leading `*.` becomes `.`, and `*` stays.
pub fn normalise_domain(text: &str) -> Option<String> {
    let domain = trim(text).to_lowercase();
    let domain = domain.strip_prefix("*.").map_or_else(|| domain.clone(), |rest| format!(".{rest}"));
    (!domain.is_empty()).then_some(domain)
}

/// A domain as an agent's own lists keep it: `/…` stays as it is.
pub fn normalise_own_domain(text: &str) -> Option<String> {
    let trimmed = text.trim();
    if trimmed.starts_with('/') { Some(trimmed.to_owned()) } else { normalise_domain(trimmed) }
}

/// Domains as the runtime matches them, each once, where it stands first.
pub fn normalise_domains<'t>(texts: impl IntoIterator<Item = &'t str>) -> Vec<String> {
    let mut domains = Vec::new();
    for domain in texts.into_iter().filter_map(normalise_domain) {
        if !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    domains
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_normalised_by_rule_n2() {
        let table = [
            (" GitHub.com ", Some("github.com")),
            ("*.Example.com", Some(".example.com")),
            ("*", Some("*")),
            ("/^API/", Some("/^api/")),
            (".x.com", Some(".x.com")),
            ("*.", Some(".")),
            (" ", None),
        ];
        for (text, domain) in table {
            assert_eq!(normalise_domain(text).as_deref(), domain, "{text}");
        }
        assert_eq!(normalise_own_domain(" /^API/ ").as_deref(), Some("/^API/"));
        assert_eq!(normalise_own_domain(" *.X.com").as_deref(), Some(".x.com"));
        assert_eq!(normalise_domains(["b", "A", "", "a", "*.b", ".B"]), ["b", "a", ".b"]);
    }
}

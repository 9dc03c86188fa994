use super::file::NewFile;

/// The workflows of a project with one org, as `templates/github` has them.
const GITHUB: [(&str, &str); 4] = [
    ("lobu-apply.yml", include_str!("../../templates/github/lobu-apply.yml")),
    ("lobu-drift.yml", include_str!("../../templates/github/lobu-drift.yml")),
    ("lobu-plan.yml", include_str!("../../templates/github/lobu-plan.yml")),
    ("lobu-secrets.yml", include_str!("../../templates/github/lobu-secrets.yml")),
];

/// The line of a workflow that says where lobu.toml is.
const PROJECT: &str = "  PROJECT: .\n";

/// Workflows for GitHub Actions, with their paths below the repository's root; `project` is where lobu.toml is below it.
pub fn github_workflows(project: &str) -> Vec<NewFile> {
    let project = if project.is_empty() { PROJECT.to_owned() } else { format!("  PROJECT: {}\n", quoted(project)) };
    let file = |(name, text): (&str, &str)| {
        NewFile::whole(format!(".github/workflows/{name}"), text.replace(PROJECT, &project))
    };
    GITHUB.into_iter().map(file).collect()
}

/// A string of YAML in double quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

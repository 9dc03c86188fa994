//! Contexts as their files hold them.

use url::Url;

use crate::http::origin_of;
use crate::model::OrgSlug;
use crate::secrets::json::{JsonValue, Object};

use super::address::{origin_text, parse};
use super::document::{Broken, Documents, URL_MEMBERS, text};
use super::{AccountFile, BUILT_IN, Context, FileProblem, MemoryFile, Notice, UrlProblem};

/// Its URL, where config.json does not say another one.
const BUILT_IN_API_URL: &str = "https://app.lobu.ai/api/v1";

/// The server of its orgs.
const BUILT_IN_SERVER: &str = "https://lobu.ai";

/// Reads what memory.json says.
pub(super) fn read_memory(documents: &Documents) -> Result<MemoryFile, Broken> {
    let broken = |problem| Broken { file: AccountFile::Memory, problem };
    let mcp_url = url(&documents.memory, "mcpUrl", "`mcpUrl`").map_err(broken)?;
    let active_org = org(&documents.memory, "activeOrg", "`activeOrg`").map_err(broken)?;
    Ok(MemoryFile { mcp_url, active_org })
}

/// The URL of a context that exists; none if there is no such context.
pub(super) fn stored_api_url<'a>(documents: &'a Documents, name: &str) -> Option<&'a str> {
    documents.own_api_url(name).or_else(|| (name == BUILT_IN).then_some(BUILT_IN_API_URL))
}

/// The names of all contexts.
pub(super) fn names(documents: &Documents) -> impl Iterator<Item = &str> {
    let own = documents.config.object("contexts");
    let own = own.into_iter().flat_map(Object::members).map(|(name, _)| name).filter(|name| *name != BUILT_IN);
    std::iter::once(BUILT_IN).chain(own)
}

/// Reads a context; what makes a user's own one unusable is a notice, as the others can still be used.
pub(super) fn read_context(
    documents: &Documents,
    memory: &MemoryFile,
    name: &str,
) -> Result<Result<Context, Notice>, Broken> {
    let entry = documents.config.object("contexts").and_then(|contexts| contexts.object(name));
    let in_config = |problem| Broken { file: AccountFile::Config, problem };
    for (member, shown) in URL_MEMBERS {
        entry.map(|entry| text(entry, member, shown)).transpose().map_err(in_config)?;
    }
    let active_org = entry.map(|entry| org(entry, "activeOrg", "`activeOrg` of a context")).transpose();
    let active_org = active_org.map_err(in_config)?.flatten();
    let unusable = |problem| Ok(Err(Notice::UnusableContext { name: name.to_owned(), problem }));
    let Some(api_url) = stored_api_url(documents, name) else {
        return unusable(UrlProblem::Unparsable);
    };
    let api_origin = match parse(api_url) {
        Ok(url) => origin_of(&url),
        Err(problem) => return unusable(problem),
    };
    let built_in = built_in_origins().map_err(|problem| Broken { file: AccountFile::Config, problem })?;
    let is_built_in = name == BUILT_IN && built_in.first() == Some(&api_origin);
    let mut context = Context {
        name: name.to_owned(),
        api_url: api_url.to_owned(),
        server: api_origin.clone(),
        origins: vec![api_origin],
        org: active_org.clone(),
        sends_secret_values: false,
        is_built_in,
    };
    if is_built_in {
        context.server = built_in.last().cloned().unwrap_or(context.server);
        context.origins = built_in;
    }
    if let Some(entry) = bound_entry(documents, &context) {
        add_own(&mut context, entry).map_err(|problem| Broken { file: AccountFile::Cli, problem })?;
    }
    if name == BUILT_IN {
        context.server = memory.mcp_url.as_ref().map_or(context.server, origin_of);
        context.org = memory.org().or(active_org);
    }
    Ok(Ok(context))
}

/// What cli.json says of a context, if it was said of the same origin: the existing CLI may since have given the name to
/// another server, which no consent and no further origin is meant for.
pub(super) fn bound_entry<'a>(documents: &'a Documents, context: &Context) -> Option<&'a Object> {
    let entry = documents.cli_entry(&context.name)?;
    let is_bound = match entry.get("api_origin") {
        None => true,
        Some(JsonValue::Text(origin)) => context.origins.first().is_some_and(|first| **origin == origin_text(first)),
        Some(_) => false,
    };
    is_bound.then_some(entry)
}

fn add_own(context: &mut Context, entry: &Object) -> Result<(), FileProblem> {
    for origin in origins(entry)? {
        if !context.origins.contains(&origin) {
            context.origins.push(origin);
        }
    }
    if let Some(server) = url(entry, "server", "`server` of a context")? {
        context.server = origin_of(&server);
    }
    if let Some(org) = org(entry, "org", "`org` of a context")? {
        context.org = Some(org);
    }
    context.sends_secret_values = match entry.get("send_secret_values") {
        None => false,
        Some(JsonValue::Bool(value)) => *value,
        Some(_) => return Err(wrong("`send_secret_values` of a context", "true or false")),
    };
    Ok(())
}

fn origins(entry: &Object) -> Result<Vec<Url>, FileProblem> {
    let member = "`origins` of a context";
    let nodes = match entry.get("origins") {
        None => return Ok(Vec::new()),
        Some(JsonValue::List(nodes)) => nodes,
        Some(_) => return Err(wrong(member, "a list of URLs")),
    };
    let read = |node: &JsonValue| match node {
        JsonValue::Text(text) => match parse(text) {
            Ok(url) => Ok(origin_of(&url)),
            Err(problem) => Err(FileProblem::Url { member, problem }),
        },
        _ => Err(wrong(member, "a list of URLs")),
    };
    nodes.iter().map(read).collect()
}

/// The origins of the context that always exists: of its logins, and of its orgs.
fn built_in_origins() -> Result<Vec<Url>, FileProblem> {
    let read = |text| match parse(text) {
        Ok(url) => Ok(origin_of(&url)),
        Err(problem) => Err(FileProblem::Url { member: BUILT_IN, problem }),
    };
    [BUILT_IN_API_URL, BUILT_IN_SERVER].into_iter().map(read).collect()
}

fn wrong(member: &'static str, expected: &'static str) -> FileProblem {
    FileProblem::WrongType { member, expected }
}

/// A member that must be a URL, if it is there and not empty.
pub(super) fn url(object: &Object, name: &str, member: &'static str) -> Result<Option<Url>, FileProblem> {
    match text(object, name, member)?.filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => parse(text).map(Some).map_err(|problem| FileProblem::Url { member, problem }),
    }
}

fn org(object: &Object, name: &str, member: &'static str) -> Result<Option<OrgSlug>, FileProblem> {
    match text(object, name, member)?.filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => OrgSlug::parse(text).map(Some).map_err(|_| FileProblem::Org { member }),
    }
}

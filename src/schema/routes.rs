/// How a kind is read and written.
#[derive(Debug)]
pub enum Api {
    /// Routes below the org.
    Routes(&'static Routes),
    /// One tool that takes an action.
    Tool(&'static Tool),
}

/// Routes below `/api/{org}`.
#[derive(Debug)]
pub struct Routes {
    /// What `GET` reads: a list, or the one resource.
    pub read: &'static [Part],
    /// How a resource is made.
    pub create: Route,
    /// How a resource is changed.
    pub update: Route,
}

/// One route that writes.
#[derive(Debug)]
pub struct Route {
    /// The method.
    pub verb: Verb,
    pub path: &'static [Part],
    /// The member of the body that says which resource is meant, where the path does not.
    pub id: Option<&'static str>,
    /// Whether a server that is not available means that it will not take this at all.
    pub is_final_when_unavailable: bool,
}

/// The method of a request that writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// `POST`.
    Post,
    /// `PATCH`.
    Patch,
    /// `PUT`.
    Put,
}

/// A step of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Word(&'static str),
    /// The agent that the resource belongs to.
    Agent,
    /// The resource's own id.
    Id,
}

/// A tool that takes `{action, …}` by `POST`.
#[derive(Debug)]
pub struct Tool {
    /// Its name in the path.
    pub name: &'static str,
    /// The member that every call has to name the kind, where the tool has several.
    pub kind: Option<(&'static str, &'static str)>,
    /// The member that names the resource.
    pub id: &'static str,
    /// The route that lists resources; none where the tool has an action `list`.
    pub list: Option<&'static ListRoute>,
}

/// A route that lists resources which the calls of their tool name by a number of the server's.
#[derive(Debug)]
pub struct ListRoute {
    /// Its path below the org.
    pub path: &'static str,
    /// What every request for a list asks with.
    pub query: &'static [(&'static str, &'static str)],
    /// What a request adds to list those that are archived: they keep their ids, and no other list has them.
    pub archived: (&'static str, &'static str),
    /// The member of a resource that holds its number; calls that change it and the request for its details name it so.
    pub number: &'static str,
    /// The member of the answer that holds the details of one resource, and one that is there also where it has none.
    pub details: (&'static str, &'static str),
}

/// What an answer that lists resources looks like.
#[derive(Debug)]
pub struct Listed {
    /// The member that holds the list; none where the answer is the one resource.
    pub list: Option<&'static str>,
    /// The member that identifies a resource; with no list, one that every answer has.
    pub id: &'static str,
    /// The member that names the org which owns it, where lists show those of other orgs.
    pub org: Option<&'static str>,
    /// Members that, where they are true or hold something, say that the resource is not to be looked at.
    pub skipped: &'static [&'static str],
    /// Prefixes of ids that the server keeps for itself.
    pub reserved: Option<&'static str>,
    /// Whether a member of another type makes the answer one that is not understood; elsewhere the plan says so.
    pub is_checked: bool,
    /// The member that counts the changes of a resource, on servers that do.
    pub version: &'static str,
}

/// The member that counts the changes of a resource where its answer has no other use for the word.
pub(super) const VERSION: &str = "version";

/// A hint for a refusal, by what it is about.
#[derive(Debug)]
pub struct Refusal {
    /// Whether it is about making a resource, and not about changing it; none for both.
    pub on_create: Option<bool>,
    /// The status; none for all.
    pub status: Option<u16>,
    /// What the server's words hold.
    pub words: &'static str,
    /// Whether it is about existing servers only.
    pub only_existing: bool,
    /// What it means and what to do.
    pub hint: &'static str,
}

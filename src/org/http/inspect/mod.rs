//! A look at a server, layer by layer, for `doctor`.

mod certificate;
mod head;
mod layers;
mod proxy;

pub(super) use head::Head;
pub use layers::{Answered, Inspection};

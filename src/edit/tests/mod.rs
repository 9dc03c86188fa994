pub(super) mod model;

/// What an action gives, and how many values it compares with contents.
pub(super) fn comparisons<T>(action: impl FnOnce() -> T) -> (T, usize) {
    let before = super::node::COMPARISONS.get();
    let result = action();
    (result, super::node::COMPARISONS.get() - before)
}

use std::thread;

/// Applies a function to each item, in chunks side by side; the results are in the items' order.
pub(super) fn map<I: Sync, O: Send>(items: &[I], function: impl Fn(&I) -> O + Sync) -> Vec<O> {
    /// Below this a thread costs more than it saves.
    const LEAST: usize = 64;
    let workers = thread::available_parallelism().map_or(1, usize::from).min(8).min(items.len() / LEAST);
    if workers < 2 {
        return items.iter().map(function).collect();
    }
    let function = &function;
    thread::scope(|scope| {
        let chunks = items.chunks(items.len().div_ceil(workers));
        let started: Vec<_> =
            chunks.map(|chunk| scope.spawn(move || chunk.iter().map(function).collect::<Vec<_>>())).collect();
        let finished =
            started.into_iter().map(|worker| worker.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause)));
        finished.flatten().collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order() {
        for count in [0, 1, 63, 64, 129, 1000] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(map(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        }
    }
}

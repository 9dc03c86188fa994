use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use futures::future::{Either, select};
use futures::stream::{FuturesUnordered, StreamExt};

use crate::org::OrgWrite;
use crate::plan::{Row, Task, Verifier, tasks};

use super::read_back::read_back;
use super::report::A_PART;
use super::step::{Ending, Step};
use super::versions::Versions;
use super::{ApprovedPlan, FailureReason, Report, RowOutcome, Verification};

/// How an execution runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many tasks run side by side, at least 1.
    pub parallelism: usize,
    /// Whether a failure stops only what depends on it.
    pub keep_going: bool,
    /// Whether what was written is read back.
    pub verify: bool,
}

/// What happens while a plan is carried out, by row of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The first request of a row is being sent.
    Started { row: usize },
    /// The row has its outcome.
    Finished {
        row: usize,
        /// What became of it.
        outcome: RowOutcome,
    },
}

/// Carries out a plan: independent chains side by side, in order within a chain.
///
/// After the first failure, or once `interrupted` is ready, nothing new starts; what is in flight is waited for. The
/// report lists every row that had something to write. Running again heals.
pub async fn execute(
    org: &impl OrgWrite,
    approved: &ApprovedPlan,
    verifier: &Verifier,
    limits: Limits,
    interrupted: impl Future<Output = ()>,
    on_event: &mut (dyn FnMut(Event) + Send),
) -> Report {
    let plan = approved.plan();
    let versions = Versions::default();
    let mut run = Run::new(tasks(plan), plan.rows.len(), limits);
    let mut in_flight = FuturesUnordered::new();
    let mut interrupted = Box::pin(interrupted);
    let mut watching = true;
    loop {
        while in_flight.len() < limits.parallelism.max(1) {
            let Some((position, task)) = run.next() else { break };
            let Some(row) = plan.rows.get(task.row) else { continue };
            run.start(task.row, on_event);
            let of_row = OfRow { org, verifier, versions: &versions, row };
            in_flight.push(async move { (position, task.row, of_row.carry_out(&task).await) });
        }
        if in_flight.is_empty() {
            break;
        }
        let finished = if watching {
            match select(in_flight.next(), interrupted.as_mut()).await {
                Either::Left((finished, _)) => finished,
                Either::Right(((), _)) => {
                    watching = false;
                    run.stop(true);
                    continue;
                }
            }
        } else {
            in_flight.next().await
        };
        if let Some((position, row, (wrote, outcome))) = finished {
            if wrote {
                run.wrote.insert(row);
            }
            run.finish(position, row, outcome, on_event);
        }
    }
    let written: Vec<&Row> = run.wrote.iter().filter_map(|at| plan.rows.get(*at)).collect();
    let mut report = run.into_report(approved);
    // A server that loses answers is not asked again: the next run looks.
    if limits.verify && !report.interrupted && report.unknown() == 0 {
        let is_done = |row: &&Row| {
            report.rows.iter().any(|(key, outcome)| *key == row.key && matches!(outcome, RowOutcome::Done(_)))
        };
        let written: Vec<&Row> = written.into_iter().filter(is_done).collect();
        read_back(org, verifier, &versions, limits.parallelism, &written, &mut report).await;
    }
    report
}

/// A row, with what carries out its requests.
struct OfRow<'run, Org> {
    org: &'run Org,
    verifier: &'run Verifier,
    versions: &'run Versions,
    row: &'run Row,
}

impl<Org: OrgWrite> OfRow<'_, Org> {
    /// Carries out the requests of a task, and says whether any of them wrote something.
    async fn carry_out(&self, task: &Task) -> (bool, RowOutcome) {
        let Self { org, verifier, versions, row } = *self;
        let (mut said, mut wrote, mut found) = (None, false, false);
        for write in task.writes.iter().filter_map(|at| row.writes.get(*at)) {
            match (Step { org, verifier, versions, row, write }).carry_out().await {
                Ending::Done(what) => {
                    said = what.or(said);
                    wrote = true;
                }
                Ending::Found => found = true,
                Ending::Failed(failure) if wrote => return (wrote, RowOutcome::Failed(failure.after_a_part())),
                Ending::Failed(failure) => return (wrote, RowOutcome::Failed(*failure)),
                Ending::Unknown(why) if wrote => return (wrote, RowOutcome::Unknown(format!("{why}; {A_PART}"))),
                Ending::Unknown(why) => return (wrote, RowOutcome::Unknown(why)),
            }
        }
        let existed = (found && !wrote).then_some("it was there already");
        (wrote, RowOutcome::Done(said.or(existed)))
    }
}

/// The state of every task and row.
struct Run {
    tasks: Vec<Task>,
    /// Per task, how many of its prerequisites are not done yet.
    waits: Vec<usize>,
    /// Per task, the tasks that wait for it.
    dependents: Vec<Vec<usize>>,
    /// The tasks that may start, in plan order.
    ready: BTreeSet<usize>,
    /// Per row, the tasks that it still waits for, and the worst outcome so far.
    rows: Vec<(usize, Option<RowOutcome>)>,
    started: Vec<bool>,
    limits: Limits,
    /// The tasks that were begun and have not ended.
    in_flight: BTreeSet<usize>,
    stopped: bool,
    interrupted: bool,
    /// The rows of which a request succeeded.
    wrote: BTreeSet<usize>,
}

impl Run {
    fn new(tasks: Vec<Task>, rows: usize, limits: Limits) -> Self {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for task in &tasks {
            *counts.entry(task.row).or_default() += 1;
        }
        let rows = (0..rows).map(|row| (counts.get(&row).copied().unwrap_or_default(), None)).collect::<Vec<_>>();
        let waits: Vec<_> = tasks.iter().map(|task| task.after.len()).collect();
        let mut dependents = vec![Vec::new(); tasks.len()];
        for (position, task) in tasks.iter().enumerate() {
            for other in &task.after {
                dependents.get_mut(*other).into_iter().for_each(|waiting: &mut Vec<usize>| waiting.push(position));
            }
        }
        let ready = waits.iter().enumerate().filter(|(_, count)| **count == 0).map(|(position, _)| position).collect();
        Self {
            started: vec![false; rows.len()],
            tasks,
            waits,
            dependents,
            ready,
            rows,
            limits,
            in_flight: BTreeSet::new(),
            stopped: false,
            interrupted: false,
            wrote: BTreeSet::new(),
        }
    }

    fn stop(&mut self, interrupted: bool) {
        self.stopped = true;
        self.interrupted |= interrupted;
    }

    /// The next task whose prerequisites are done; tasks behind a failed one never become ready, and one that runs alone waits
    /// for its like, and for all that was begun and stands before it in the plan.
    fn next(&mut self) -> Option<(usize, Task)> {
        if self.stopped {
            return None;
        }
        let is_alone = |position: usize| self.tasks.get(position).is_some_and(|task| task.is_alone);
        let is_kept = |position: usize| {
            let in_its_way = |other: &usize| *other < position || is_alone(*other);
            is_alone(position) && self.in_flight.iter().any(in_its_way)
        };
        let position = *self.ready.iter().find(|position| !is_kept(**position))?;
        self.ready.remove(&position);
        self.in_flight.insert(position);
        Some((position, self.tasks.get(position)?.clone()))
    }

    /// Makes the tasks ready that waited for this one alone.
    fn release(&mut self, position: usize) {
        for dependent in self.dependents.get(position).cloned().unwrap_or_default() {
            let Some(count) = self.waits.get_mut(dependent) else { continue };
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.ready.insert(dependent);
            }
        }
    }

    fn start(&mut self, row: usize, on_event: &mut (dyn FnMut(Event) + Send)) {
        if let Some(started) = self.started.get_mut(row)
            && !std::mem::replace(started, true)
        {
            on_event(Event::Started { row });
        }
    }

    fn finish(&mut self, position: usize, row: usize, outcome: RowOutcome, on_event: &mut (dyn FnMut(Event) + Send)) {
        self.in_flight.remove(&position);
        if matches!(outcome, RowOutcome::Done(_)) {
            self.release(position);
        } else if !self.limits.keep_going {
            self.stop(false);
        }
        let Some((left, worst)) = self.rows.get_mut(row) else { return };
        *left = left.saturating_sub(1);
        match (&worst, &outcome) {
            (Some(RowOutcome::Failed(_) | RowOutcome::Unknown(_)), RowOutcome::Done(_))
            | (Some(RowOutcome::Done(Some(_))), RowOutcome::Done(None)) => {}
            _ => *worst = Some(outcome),
        }
        if let Some(outcome) = worst.clone().filter(|outcome| *left == 0 || !matches!(outcome, RowOutcome::Done(_))) {
            on_event(Event::Finished { row, outcome });
        }
    }

    fn into_report(self, approved: &ApprovedPlan) -> Report {
        let outcome = |(left, worst): (usize, Option<RowOutcome>)| match worst {
            // A row of which only a part was done is not done: its type may lack its inverse.
            Some(RowOutcome::Done(_)) if left > 0 => RowOutcome::Failed(FailureReason::Partial.into()),
            None if left > 0 => RowOutcome::NotTried,
            Some(outcome) => outcome,
            None => RowOutcome::Done(None),
        };
        let rows = approved.plan().rows.iter().zip(self.rows).filter(|(row, _)| !row.writes.is_empty());
        let rows = rows.map(|(row, state)| (row.key.clone(), outcome(state))).collect();
        let wrote = !self.wrote.is_empty();
        Report { rows, interrupted: self.interrupted, wrote, verification: Verification::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(row: usize, is_alone: bool) -> Task {
        Task { row, writes: vec![0], after: Vec::new(), is_alone }
    }

    #[test]
    fn what_runs_alone_waits_for_its_like_and_for_nothing_else() {
        let tasks = vec![task(0, false), task(1, true), task(2, true), task(3, false)];
        let mut run = Run::new(tasks, 4, Limits { parallelism: 8, keep_going: true, verify: false });
        let next = |run: &mut Run| run.next().map(|(position, _)| position);
        assert_eq!((next(&mut run), next(&mut run), next(&mut run)), (Some(0), Some(3), None));
        let failed = || RowOutcome::Failed(FailureReason::Partial.into());
        run.finish(0, 0, failed(), &mut |_| ());
        assert_eq!((next(&mut run), next(&mut run)), (Some(1), None), "what comes later is not waited for");
        run.finish(3, 3, RowOutcome::Done(None), &mut |_| ());
        assert_eq!(next(&mut run), None, "the other one is still in flight");
        run.finish(1, 1, failed(), &mut |_| ());
        assert_eq!(next(&mut run), Some(2), "one that failed holds nothing back");
    }
}

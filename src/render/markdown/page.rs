//! A page that fits: what has no room is said in a line, what has none even for that is counted, and nothing is cut.

use crate::model::plural;

use super::text::Markdown;

/// How many bytes a comment may have. GitHub takes 65,536 characters; a workflow may add a line of its own.
pub const COMMENT: usize = 65_000;

/// How many bytes of a step summary are written at once. GitHub shows none of a step that writes more than 1 MiB.
pub const STEP_SUMMARY: usize = 500_000;

/// Something that is shown as a whole, as a line, or not at all.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// All of it; it begins and ends a line.
    pub(super) whole: Markdown,
    /// What stands for it where it has no room; none where it is that short already.
    pub(super) line: Option<Markdown>,
    /// Whether it is a block with empty lines around it, and no item of a list.
    pub(super) is_block: bool,
}

impl Item {
    /// An item of a list without a shorter form.
    pub(super) fn line(whole: Markdown) -> Self {
        Self { whole, line: None, is_block: false }
    }

    /// A block without a shorter form.
    pub(super) fn block(whole: Markdown) -> Self {
        Self { whole, line: None, is_block: true }
    }
}

/// A part of a page.
#[derive(Debug)]
pub(super) struct Section {
    /// What stands above its items. It is left out where there are none.
    pub(super) head: &'static str,
    /// What one item is called, and what several are, where they are counted.
    pub(super) nouns: (&'static str, &'static str),
    pub(super) items: Vec<Item>,
    /// When its items get room.
    pub(super) turns: &'static [Turn],
}

/// How much of an item is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Counted,
    Line,
    Whole,
}

/// A turn in which items of a section get more room, as far as it goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn {
    /// Its place among the turns of all sections.
    order: u8,
    level: Level,
    /// The turn takes at most the page divided by this.
    part: usize,
}

impl Turn {
    /// The turn that gives items a line.
    pub(super) const fn line(order: u8, part: usize) -> Self {
        Self { order, level: Level::Line, part }
    }

    /// The turn that shows items whole.
    pub(super) const fn whole(order: u8, part: usize) -> Self {
        Self { order, level: Level::Whole, part }
    }
}

/// How many bytes are kept for what is said of the items of a section that are not shown.
const FOR_REST: usize = 250;

/// Lays sections out below each other in so many bytes. `all` says where all of what is left out is.
///
/// In a turn the items come first to last; one that has no room does not keep a smaller one out.
pub(super) fn lay_out(head: &Markdown, sections: &[Section], limit: usize, all: &Markdown) -> Markdown {
    let fixed = |section: &Section| if section.items.is_empty() { 0 } else { section.head.len() + FOR_REST };
    let mut left = limit.saturating_sub(head.len() + sections.iter().map(fixed).sum::<usize>());
    let mut laid: Vec<Laid<'_>> = sections.iter().map(Laid::of).collect();
    let mut turns: Vec<(usize, Turn)> = sections
        .iter()
        .enumerate()
        .flat_map(|(at, section)| section.turns.iter().map(move |turn| (at, *turn)))
        .collect();
    turns.sort_by_key(|(_, turn)| turn.order);
    for (at, turn) in turns {
        if let Some(laid) = laid.get_mut(at) {
            left -= laid.take(turn.level, left.min(limit / turn.part));
        }
    }
    laid.iter().fold(head.clone(), |page, laid| page.then(&laid.written(all))).ended()
}

/// A section with how much of each item is shown.
struct Laid<'page> {
    section: &'page Section,
    levels: Vec<Level>,
}

impl<'page> Laid<'page> {
    fn of(section: &'page Section) -> Self {
        Self { section, levels: vec![Level::Counted; section.items.len()] }
    }

    /// Shows more of items, as far as there is room, and gives the bytes that this takes.
    fn take(&mut self, level: Level, room: usize) -> usize {
        let mut left = room;
        for (item, shown) in self.section.items.iter().zip(&mut self.levels) {
            let more = item.cost(level).saturating_sub(item.cost(*shown));
            if level > *shown && more <= left {
                left -= more;
                *shown = level;
            }
        }
        room - left
    }

    fn written(&self, all: &Markdown) -> Markdown {
        if self.section.items.is_empty() {
            return Markdown::default();
        }
        let mut page = Markdown::source(self.section.head);
        let mut is_in_list = false;
        let shown = self.section.items.iter().zip(&self.levels).filter_map(|(item, level)| item.shown(*level));
        for (shown, is_block) in shown {
            if is_block && is_in_list {
                page = page.source_after("\n");
            }
            page = page.then(shown);
            if is_block {
                page = page.source_after("\n");
            }
            is_in_list = !is_block;
        }
        if is_in_list {
            page = page.source_after("\n");
        }
        page.then(&self.rest(all))
    }

    /// What is not shown, and where it is.
    fn rest(&self, all: &Markdown) -> Markdown {
        let levels = || self.section.items.iter().zip(&self.levels);
        let short = levels().filter(|(item, level)| **level == Level::Line && item.line.is_some()).count();
        let counted = levels().filter(|(_, level)| **level == Level::Counted).count();
        let (one, many) = self.section.nouns;
        let noun = |count: usize| plural(count, one, many);
        let are = |count: usize| plural(count, "is", "are");
        let lines =
            format!("{short} {} {} shown as {}", noun(short), are(short), plural(short, "a line", "a line each"));
        let text = match (short, counted) {
            (0, 0) => return Markdown::default(),
            (_, 0) => lines,
            (0, counted) if counted == self.levels.len() => {
                format!("{counted} {} {} not shown", noun(counted), are(counted))
            }
            (0, counted) => format!("{counted} more {} {} not shown", noun(counted), are(counted)),
            (_, counted) => format!("{lines}, and {counted} more {} {} not shown", noun(counted), are(counted)),
        };
        Markdown::default().prose(&text).source_after("; ").then(all).source_after("\n\n")
    }
}

impl Item {
    /// What is shown of it, and whether that is a block.
    fn shown(&self, level: Level) -> Option<(&Markdown, bool)> {
        match (level, &self.line) {
            (Level::Counted, _) => None,
            (Level::Line, Some(line)) => Some((line, false)),
            (Level::Line | Level::Whole, _) => Some((&self.whole, self.is_block)),
        }
    }

    /// How many bytes that takes, with the empty lines around a block.
    fn cost(&self, level: Level) -> usize {
        self.shown(level).map_or(0, |(shown, is_block)| shown.len() + if is_block { 2 } else { 0 })
    }
}

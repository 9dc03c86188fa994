use super::fragment::Fragment;
use crate::edit::is_hidden;

/// Folded lines are broken before they get longer.
const WIDTH: usize = 80;

/// How a text is written under `|` or `>`.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockText {
    /// How far its lines are indented.
    pub(super) indent: usize,
    /// How far what holds it is indented; nothing for the root.
    pub(super) parent: Option<usize>,
    pub(super) line_break: &'static str,
    /// Whether line breaks at its end may be kept: no blank line follows.
    pub(super) may_keep: bool,
    /// Whether blanks may end its lines: they do already, and are not seen then by who looks at the change.
    pub(super) loose: bool,
    pub(super) folded: bool,
}

impl BlockText {
    /// The text in this way, if it can be written so.
    pub(super) fn write(self, text: &str) -> Option<Fragment> {
        let content = text.trim_end_matches('\n');
        let breaks = text.len() - content.len();
        if !self.holds(content) || breaks > 1 && !self.may_keep {
            return None;
        }
        let chomping = match breaks {
            0 => "-",
            1 => "",
            _ => "+",
        };
        let is_folded = self.folded && breaks <= 1 && can_fold(content);
        let style = if is_folded { '>' } else { '|' };
        let head = format!("{style}{}{chomping}", self.indicator(content)?);
        let mut body = String::with_capacity(text.len() * 5 / 4);
        if is_folded {
            for line in fold(content) {
                self.line(&mut body, line);
            }
        } else {
            for line in content.split('\n') {
                self.line(&mut body, line);
            }
        }
        body.push_str(&self.line_break.repeat(breaks.saturating_sub(1)));
        Some(Fragment { head, body })
    }

    fn holds(self, content: &str) -> bool {
        let fits = |line: &str| {
            let is_clean = !line.ends_with([' ', '\t']);
            let is_shown = !line.contains(is_hidden);
            is_shown && (is_clean || self.loose && !line.trim_matches([' ', '\t']).is_empty())
        };
        let first = content.split('\n').find(|line| !line.is_empty());
        first.is_some_and(|first| !first.starts_with('\t')) && content.split('\n').all(fits)
    }

    /// Text that starts with blanks needs to say where it starts.
    fn indicator(self, content: &str) -> Option<String> {
        if !content.trim_start_matches('\n').starts_with(' ') {
            return Some(String::new());
        }
        let more = self.indent.checked_sub(self.parent?)?;
        (1..=9).contains(&more).then(|| more.to_string())
    }

    fn line(self, body: &mut String, line: &str) {
        body.push_str(self.line_break);
        if !line.is_empty() {
            body.extend(std::iter::repeat_n(' ', self.indent));
            body.push_str(line);
        }
    }
}

/// Lines that start with a blank are not folded, and would change how those around them are.
fn can_fold(content: &str) -> bool {
    content.split('\n').all(|line| !line.starts_with([' ', '\t'])) && !content.starts_with('\n')
}

fn fold(content: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    for line in content.split('\n') {
        // A single break between two lines would be read as a space.
        if !line.is_empty() && !lines.is_empty() {
            lines.push("");
        }
        wrap(line, &mut lines);
    }
    lines
}

fn wrap<'t>(line: &'t str, lines: &mut Vec<&'t str>) {
    let mut rest = line;
    while let Some((first, second)) = break_line(rest) {
        lines.push(first);
        rest = second;
    }
    lines.push(rest);
}

/// Breaks at the last single space within the width, or else at the first one.
fn break_line(line: &str) -> Option<(&str, &str)> {
    line.chars().nth(WIDTH)?;
    let is_single = |at: usize| {
        let (before, after) = (line.get(..at).unwrap_or_default(), line.get(at + 1..).unwrap_or_default());
        let is_text = |c: Option<char>| c.is_some_and(|c| !matches!(c, ' ' | '\t'));
        is_text(before.chars().next_back()) && is_text(after.chars().next())
    };
    let within = line.char_indices().nth(WIDTH + 1).map_or(line.len(), |(at, _)| at);
    let mut spaces = line.match_indices(' ').map(|(at, _)| at).filter(|at| is_single(*at));
    let first = spaces.next()?;
    let best = spaces.take_while(|at| *at < within).last().unwrap_or(first);
    Some((line.get(..best)?, line.get(best + 1..)?))
}

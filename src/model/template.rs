//! Prompts as Handlebars templates: why one can't be read.

use handlebars::{Template, TemplateErrorReason};

/// The reader calls itself for every block and bracket, and a stack has an end.
const MAX_DEPTH: usize = 64;

/// Says why a text is not a Handlebars template. Whether its helpers and names exist is not asked.
pub fn template_problem(text: &str) -> Option<String> {
    let known = with_known_forms(text);
    if is_too_deep(&known) {
        return Some(format!("its blocks or brackets are nested more than {MAX_DEPTH} deep"));
    }
    let mistake = Template::compile(&known).err()?;
    let place = mistake.pos().map(|(line, _)| format!("line {line}: ")).unwrap_or_default();
    Some(match mistake.reason() {
        TemplateErrorReason::MismatchingClosedHelper(open, closed)
        | TemplateErrorReason::MismatchingClosedDecorator(open, closed) => {
            format!("{place}the block `{open}` is closed as `{closed}`")
        }
        _ => format!("{place}this is not valid Handlebars"),
    })
}

/// Writes two forms of the original language as ones that the reader knows: `{{.}}` is `{{this}}`, and a block may begin with
/// `{{^`. No line begins elsewhere.
fn with_known_forms(text: &str) -> String {
    let mut known = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once("{{") {
        known.push_str(before);
        known.push_str("{{");
        let inner = tag.trim_start_matches(['~', ' ']);
        let skipped = tag.len() - inner.len();
        known.extend(tag.chars().take(skipped));
        rest = inner;
        if let Some(after) = inner.strip_prefix('.')
            && after.trim_start_matches(['~', ' ']).starts_with("}}")
        {
            known.push_str("this");
            rest = after;
        } else if let Some(after) = inner.strip_prefix('^')
            && !after.trim_start_matches(['~', ' ']).starts_with("}}")
        {
            known.push('#');
            rest = after;
        }
    }
    known.push_str(rest);
    known
}

/// Counts the blocks that are open at a time, and the brackets within one tag.
fn is_too_deep(text: &str) -> bool {
    let (mut blocks, mut brackets, mut braces) = (0_usize, 0_usize, 0_usize);
    let mut begins = false;
    for character in text.chars() {
        braces = if character == '{' { braces + 1 } else { 0 };
        match character {
            '{' if braces == 2 => {
                begins = true;
                brackets = 0;
            }
            '~' | ' ' if begins => continue,
            '#' if begins => blocks += 1,
            '/' if begins => blocks = blocks.saturating_sub(1),
            '(' | '[' | '{' => brackets += 1,
            ')' | ']' | '}' => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        begins &= character == '{';
        if blocks > MAX_DEPTH || brackets > MAX_DEPTH {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_have_no_problem() {
        for text in [
            "Find gaps",
            "",
            "A brace { and } alone, and }} too",
            "{{name}} {{ name }} {{~name~}} {{{name}}} {{&name}} {{a.b.c}} {{a.[b c]}} {{items.0.name}} {{../name}} {{@index}}",
            "{{this}} {{this.name}} {{./name}} {{.}} {{ . }} {{@root.name}}",
            "{{#if a}}yes{{else if b}}perhaps{{else}}no{{/if}}",
            "{{#each items as |item at|}}{{item.name}}{{^}}none{{/each}}",
            "{{^items}}none{{/items}}",
            "{{#unless (eq a \"b\")}}{{helper 1 true key=value}}{{/unless}}",
            "{{! a comment }}{{!-- one with }} --}}",
            "\\{{not a name}}",
            "{{> part key=value}}",
            "{{{{raw}}}} {{x {{{{/raw}}}}",
            "a\r\n{{b}}\r\n",
        ] {
            assert_eq!(template_problem(text), None, "{text}");
        }
    }

    #[test]
    fn a_problem_names_the_line() {
        for (text, reason) in [
            ("{{", "line 1: this is not valid Handlebars"),
            ("a\nb {{name", "line 2: this is not valid Handlebars"),
            ("{{}}", "line 1: this is not valid Handlebars"),
            ("{{#if a}}\nyes", "line 2: this is not valid Handlebars"),
            ("{{#if a}}yes{{/each}}", "line 1: the block `if` is closed as `each`"),
            ("a\n{{/if}}", "line 2: this is not valid Handlebars"),
            ("{{else}}", "line 1: this is not valid Handlebars"),
            ("{{helper (a}}", "line 1: this is not valid Handlebars"),
        ] {
            assert_eq!(template_problem(text).as_deref(), Some(reason), "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_before_it_is_read() {
        let blocks = format!("{}{}", "{{#if a}}".repeat(100_000), "{{/if}}".repeat(100_000));
        let brackets = format!("{{{{a {}}}}}", "(".repeat(100_000));
        let arrays = format!("{{{{a {}}}}}", "[".repeat(100_000));
        for text in [blocks, brackets, arrays, "{".repeat(100_000)] {
            assert!(template_problem(&text).is_some_and(|reason| reason.contains("nested")));
        }
        let many = "{{#if a}}{{helper (b)}}{{^}}{}{{/if}}{{^a}}{{/a}}".repeat(1_000);
        assert_eq!(template_problem(&many), None);
        let deep = format!("{}{{{{a {}b", "{{#if a}}".repeat(MAX_DEPTH), "(a ".repeat(MAX_DEPTH));
        let closed = format!("{deep}{}}}}}{}", ")".repeat(MAX_DEPTH), "{{/if}}".repeat(MAX_DEPTH));
        assert_eq!(template_problem(&closed), None);
        assert!(template_problem(&deep).is_some());
    }

    #[test]
    fn whatever_is_typed_is_answered() {
        proptest::proptest!(|(text in "([{}#^/~.!()\\[\\]a \n]|else|if|this|ü){0,60}")| {
            let _reason = template_problem(&text);
        });
    }
}

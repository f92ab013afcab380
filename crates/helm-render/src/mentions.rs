//! What templates name, found without rendering.

use std::sync::Arc;

use gotmpl::{Mention, Options, TemplateSet};
use govalue::{Str, Value};
use helm_chart::Chart;

use crate::engine::{RenderInput, WorldHost};
use crate::funcs::functions;
use crate::scope::values_of;
use crate::{RenderError, World};

/// What one text names.
#[derive(Clone, Debug)]
pub struct Mentions {
    /// Names of the subcharts on the way from the root chart to the one that the text belongs to.
    pub chart: Vec<String>,
    /// Path of the template from the root chart; for a text among the values nothing.
    pub template: Option<String>,
    /// Its chains of names.
    pub mentions: Vec<Mention>,
}

/// What all templates of a chart and its subcharts name, and the texts with templates in them among its values (which
/// `tpl` may execute).
pub fn mentions(
    input: &RenderInput<'_>,
    values: &govalue::Map,
    world: Arc<dyn World>,
) -> Result<Vec<Mentions>, RenderError> {
    let functions = Arc::new(functions(input.compat, Arc::new(WorldHost(world))));
    let mut reader =
        Reader { set: TemplateSet::new(Options::default()).with_funcs(functions), found: Vec::new() };
    reader.chart(input.chart, None, &[], values)?;
    Ok(reader.found)
}

struct Reader {
    set: TemplateSet,
    found: Vec<Mentions>,
}

impl Reader {
    fn chart(
        &mut self,
        chart: &Chart,
        parent: Option<&str>,
        position: &[String],
        values: &govalue::Map,
    ) -> Result<(), RenderError> {
        let path = chart.full_path(parent);
        for file in &chart.templates {
            let template = format!("{path}/{}", file.name);
            // Each text alone: which template calls which does not matter here.
            let parsed = self.set.clone().parse(template.as_str(), file.data.clone());
            let mentions = parsed.map_err(RenderError::parse)?.mentions();
            self.found.push(Mentions { chart: position.to_vec(), template: Some(template), mentions });
        }
        for sub in &chart.dependencies {
            let mut position = position.to_vec();
            position.push(sub.name().to_owned());
            self.chart(sub, Some(&path), &position, &values_of(values, sub.name()))?;
        }
        if position.is_empty() {
            self.value(&Value::Map(values.clone()));
        }
        Ok(())
    }

    /// Texts among the values. What is no template is no mistake here.
    fn value(&mut self, value: &Value) {
        match value {
            Value::Map(map) => map.snapshot().iter().for_each(|(_, v)| self.value(v)),
            Value::List(list) => list.items().iter().for_each(|v| self.value(v)),
            Value::Str(text) if is_template(text) => {
                if let Ok(template) = self.set.clone().parse("", text.clone()) {
                    let mut mentions = template.mentions();
                    // Nobody knows what such a text is executed with.
                    mentions.iter_mut().for_each(|m| m.from_data = false);
                    self.found.push(Mentions { chart: Vec::new(), template: None, mentions });
                }
            }
            _ => {}
        }
    }
}

fn is_template(text: &Str) -> bool {
    text.windows(2).any(|w| w == b"{{")
}

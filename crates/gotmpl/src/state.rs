use std::any::Any;

use govalue::{CallError, Str, Value};

use crate::exec::{self, Limits};
use crate::{ExecError, Host, Template, TemplateSet};

/// What a running [`Function`](crate::Function) sees of the execution that called it.
pub struct State<'a> {
    pub(crate) set: &'a TemplateSet,
    pub(crate) template: &'a Template,
    pub(crate) host: &'a mut Host,
    pub(crate) limits: &'a mut Limits,
}

impl<'a> State<'a> {
    /// The set of the running template.
    pub fn templates(&self) -> &'a TemplateSet {
        self.set
    }

    /// The running template (`Template.Name` and `Tree.ParseName` of what Go executes).
    pub fn template(&self) -> &'a Template {
        self.template
    }

    /// Executes a template of a set as a part of this execution: the same host, the same limit on depth
    /// (`Template.ExecuteTemplate`).
    pub fn execute(
        &mut self,
        set: &TemplateSet,
        name: &str,
        data: &Value,
        out: &mut Vec<u8>,
    ) -> Result<(), ExecError> {
        let template =
            set.lookup(name).ok_or_else(|| ExecError::no_template(name.as_bytes(), &set.options.name))?;
        self.execute_template(set, template, data, out)
    }

    /// Executes a template that need not be one of the set as a part of this execution (`Template.Execute`).
    pub fn execute_template(
        &mut self,
        set: &TemplateSet,
        template: &Template,
        data: &Value,
        out: &mut Vec<u8>,
    ) -> Result<(), ExecError> {
        exec::execute_nested(set, template, data, out, self.host, self.limits)
    }

    /// The output of a template of a set as a string: [`State::execute`] into a buffer that is used again (as Helm's
    /// `include`).
    pub fn render(
        &mut self,
        set: &TemplateSet,
        name: impl AsRef<[u8]>,
        data: &Value,
    ) -> Result<Str, ExecError> {
        let name = name.as_ref();
        let template = set.lookup(name).ok_or_else(|| ExecError::no_template(name, &set.options.name))?;
        self.render_template(set, template, data)
    }

    /// The output of a template that need not be one of the set as a string (as Helm's `tpl`).
    pub fn render_template(
        &mut self,
        set: &TemplateSet,
        template: &Template,
        data: &Value,
    ) -> Result<Str, ExecError> {
        let mut out = self.limits.take_buffer();
        let result = self.execute_template(set, template, data, &mut out);
        let text = result.map(|()| Str::from(&*out));
        self.limits.give_buffer(out);
        text
    }

    /// Counts work of a function against [`Options::max_steps`](crate::Options::max_steps). Calls, their arguments
    /// and results count without it.
    pub fn spend(&mut self, steps: u64) -> Result<(), CallError> {
        self.limits.spend(steps, self.set).map_err(Into::into)
    }

    /// What the host gave to [`TemplateSet::execute_with`].
    pub fn host(&mut self) -> &mut dyn Any {
        self.host
    }
}

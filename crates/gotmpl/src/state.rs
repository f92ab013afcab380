use std::any::Any;

use govalue::Value;

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

    /// The running template.
    pub fn template(&self) -> &'a Template {
        self.template
    }

    /// Executes a template of a set as a part of this execution: the same host, the same limit on depth.
    pub fn execute(
        &mut self,
        set: &TemplateSet,
        name: &str,
        data: &Value,
        out: &mut Vec<u8>,
    ) -> Result<(), ExecError> {
        let template = set.lookup(name).ok_or_else(|| ExecError::no_template(name, &set.options.name))?;
        self.execute_template(set, template, data, out)
    }

    /// Executes a template that need not be one of the set as a part of this execution.
    pub fn execute_template(
        &mut self,
        set: &TemplateSet,
        template: &Template,
        data: &Value,
        out: &mut Vec<u8>,
    ) -> Result<(), ExecError> {
        exec::execute_nested(set, template, data, out, self.host, self.limits)
    }

    /// What the host gave to [`TemplateSet::execute_with`].
    pub fn host(&mut self) -> &mut dyn Any {
        self.host
    }
}

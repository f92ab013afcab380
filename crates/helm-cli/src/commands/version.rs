//! `helm version`.

use std::sync::Arc;

use gotmpl::{Options, TemplateSet};
use govalue::{Object, StructField, Type, Value};
use helm_chart::Compat;
use helm_render::{GO_VERSION, KUBE_CLIENT_VERSION, helm_version};

use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::parse::Args;

pub(crate) fn run(context: &Context, args: &Args) -> Result<(), CliError> {
    let info = Value::Object(Arc::new(BuildInfo { compat: context.compat() }));
    if let Some(template) = args.text_if_given("template") {
        let mut set = TemplateSet::new(Options::default());
        set.parse("_", template).or_fail()?;
        let mut out = Vec::new();
        set.execute("_", &info, &mut out).or_fail()?;
        return context.print(&String::from_utf8_lossy(&out));
    }
    if args.on("short") {
        return context.println(helm_version(context.compat()));
    }
    context.println(&String::from_utf8_lossy(&govalue::fmt::sprintf(b"%#v", &[info])))
}

/// What Helm knows of its own build; scripts read it, so that it is the imitated Helm's.
struct BuildInfo {
    compat: Compat,
}

impl Object for BuildInfo {
    fn type_of(&self) -> Type {
        Type::named("version.BuildInfo", Type::Struct("struct {}".into()))
    }

    fn fields(&self) -> Vec<StructField> {
        let field = |name, value: &str| StructField { name, value: Value::str(value), ty: Type::STRING };
        let mut fields = vec![
            field("Version", helm_version(self.compat)),
            field("GitCommit", ""),
            field("GitTreeState", ""),
            field("GoVersion", GO_VERSION),
        ];
        if self.compat == Compat::V4 {
            fields.push(field("KubeClientVersion", KUBE_CLIENT_VERSION));
        }
        fields
    }
}

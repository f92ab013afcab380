# PowerShell completion for helm

Register-ArgumentCompleter -Native -CommandName 'helm' -ScriptBlock {
    param($WordToComplete, $CommandAst, $CursorPosition)

    # The words up to the cursor; the last one is unfinished.
    $words = @()
    foreach ($element in $CommandAst.CommandElements) {
        if ($element.Extent.StartOffset -ge $CursorPosition) { break }
        $words += $element.Extent.Text.Trim('"', "'")
    }
    $program = $words[0]
    $words = @($words | Select-Object -Skip 1)
    if ($WordToComplete -eq '') { $words += '' }
    # Older versions drop empty arguments unless they are quoted.
    if ($PSVersionTable.PSVersion -lt [version]'7.3') {
        $words = @($words | ForEach-Object { if ($_ -eq '') { '""' } else { $_ } })
    }

    # Remarks would look like candidates.
    $before = $env:HELM_ACTIVE_HELP
    $env:HELM_ACTIVE_HELP = '0'
    try { $answer = @(& $program __REQUEST__ @words 2>$null) } finally { $env:HELM_ACTIVE_HELP = $before }
    if ($answer.Count -eq 0) { return }
    $directive = 0
    if (-not [int]::TryParse($answer[-1].TrimStart(':'), [ref]$directive)) { return }
    if ($directive -band 1) { return }

    # The value of a flag follows its =.
    $lead = ''
    if ($WordToComplete -match '^(-[^=]*=)(.*)$') { $lead = $Matches[1]; $WordToComplete = $Matches[2] }
    $space = if ($directive -band 2) { '' } else { ' ' }
    $found = 0
    foreach ($line in ($answer | Select-Object -SkipLast 1)) {
        $name, $description = $line -split "`t", 2
        if (-not $name.StartsWith($WordToComplete)) { continue }
        if (-not $description) { $description = $name }
        $found++
        [System.Management.Automation.CompletionResult]::new("$lead$name$space", $name, 'ParameterValue', $description)
    }
    # An empty result keeps PowerShell from offering files.
    if ($found -eq 0 -and ($directive -band 4)) { '' }
}

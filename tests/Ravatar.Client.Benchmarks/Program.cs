using Ravatar.Client.Benchmarks;

return args switch
{
    ["vad", .. string[] rest] => await VadScore.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Ravatar.Client.Benchmarks vad [tune]");
    return 2;
}
